import { expect, it } from 'vitest'
import { createVirtualClock } from '../../test/support/virtual-clock.ts'
import { SECOND_MS } from '../core/time.ts'
import { createTeller } from './teller.ts'

function createWorld() {
  const clock = createVirtualClock()
  const looks: number[] = []
  const errors: unknown[] = []
  /** What the store answers next: when something more is due, or a failure. */
  const answers: (number | null | Error)[] = []
  const teller = createTeller({
    clock,
    async tellDue() {
      looks.push(clock.monotonic())
      const answer = answers.shift() ?? null
      if (answer instanceof Error) throw answer
      return answer === null ? null : clock.now() + answer
    },
    onError: (error) => errors.push(error),
  })
  return { clock, looks, errors, answers, teller }
}

it('looks at the start, and then only when something is due', async () => {
  const { clock, looks, answers, teller } = createWorld()
  answers.push(7_000, 0, null)
  teller.start()
  await clock.advance(60 * SECOND_MS)
  expect(looks).toEqual([0, 7_000, 7_000])
  teller.dueAt(clock.now() + 20_000)
  teller.dueAt(clock.now() + 5_000)
  teller.dueAt(clock.now() + 9_000)
  answers.push(4_000)
  await clock.advance(60 * SECOND_MS)
  expect(looks.slice(3)).toEqual([65_000, 69_000])
})

it('looks again after a failure, and never after it was stopped', async () => {
  const { clock, looks, errors, answers, teller } = createWorld()
  answers.push(new Error('not now'))
  teller.start()
  await clock.advance(10 * SECOND_MS)
  expect([looks, errors]).toEqual([[0, 1_000], [new Error('not now')]])
  teller.dueAt(clock.now() + 5_000)
  await Promise.all([teller.stop(), teller.stop()])
  teller.dueAt(clock.now())
  await clock.advance(60 * SECOND_MS)
  expect(looks).toHaveLength(2)
})

it('looks once more when something became due after it had looked, and before it had the answer', async () => {
  const clock = createVirtualClock()
  const looks: number[] = []
  const teller = createTeller({
    clock,
    async tellDue() {
      looks.push(clock.monotonic())
      await new Promise<void>((resolve) => void clock.after(SECOND_MS, resolve))
      return null
    },
    onError: () => undefined,
  })
  teller.start()
  teller.dueAt(clock.now() + 500)
  await clock.advance(60 * SECOND_MS)
  expect(looks).toEqual([0, 1_000])
})
