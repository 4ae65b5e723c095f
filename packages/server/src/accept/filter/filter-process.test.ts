import { afterEach, describe, expect, it } from 'vitest'
import { systemClock } from '../../core/clock.ts'
import { STUCK, STUCK_HAY } from '../../../test/support/stuck-filter.ts'
import { createFilterProcess, type FilterProcess, type FilterProcessOptions } from './filter-process.ts'
import type { Batch } from './process/messages.ts'

// Real processes throughout.

const EMPTY: Batch = { organizationId: 1, questions: [], bodies: new Uint8Array() }
const running: FilterProcess[] = []

function filterProcess(changes: Partial<FilterProcessOptions> = {}): FilterProcess {
  const process = createFilterProcess({ timeoutMs: 20_000, memoryMb: 128, clock: systemClock, ...changes })
  running.push(process)
  return process
}

afterEach(async () => {
  await Promise.all(running.splice(0).map((process) => process.end()))
})

function batch(data: unknown, ...expressions: string[]): Batch {
  const bodies = new Uint8Array(Buffer.from(JSON.stringify({ data })))
  return { organizationId: 1, questions: [{ expressions, bodyBytes: bodies.length }], bodies }
}

const STUCK_DATA = { hay: STUCK_HAY }

describe('createFilterProcess', () => {
  it('answers one batch after the other, an empty one with nothing', async () => {
    const process = filterProcess()
    expect(await process.ask(EMPTY)).toEqual({ kind: 'answered', results: [], error: null })
    expect(await process.ask(batch(1, 'data == 1', 'data == 2'))).toMatchObject({
      results: ['match', 'no_match'],
    })
    expect(await process.ask(batch(2, 'data == 1', 'data == 2'))).toMatchObject({
      results: ['no_match', 'match'],
    })
  })

  it('answers no more after an overrun, which does not end it', async () => {
    const process = filterProcess({ timeoutMs: 200 })
    await process.ask(EMPTY)
    const numbers = Array.from({ length: 500_000 }, () => 1)
    const loop = `data.all(x, ${Array.from({ length: 90 }, () => 'x > 0').join(' && ')})`
    expect(await process.ask(batch(numbers, 'size(data) > 0', loop, 'true'))).toEqual({
      kind: 'answered',
      results: ['match', 'overrun'],
      error: null,
    })
    expect(await process.ask(batch(1, 'data == 1'))).toMatchObject({ results: ['match'] })
  })

  it('is ended when it is silent for too long, and tells what it had come to', async () => {
    const process = filterProcess({ timeoutMs: 150 })
    await process.ask(EMPTY)
    const slow = 'data.list.all(x, x >= 0)'
    const data = { ...STUCK_DATA, list: Array.from({ length: 20_000 }, (_, index) => index) }
    const outcome = await process.ask(batch(data, slow, STUCK, 'true'))
    expect(outcome).toEqual({ kind: 'ended', results: ['match'], error: null })
    expect(await process.ask(batch(1, 'data == 1'))).toMatchObject({ results: ['match'] })
  })

  it('dies alone when its memory is used up', async () => {
    const process = filterProcess({ memoryMb: 32 })
    const numbers = Array.from({ length: 400_000 }, () => 1)
    const outcome = await process.ask(batch(numbers, 'data.map(x, [x, x, x, x, x, x]).size() == 0'))
    expect(outcome).toEqual({ kind: 'ended', results: [], error: null })
    expect(await process.ask(batch(1, 'data == 1'))).toMatchObject({ results: ['match'] })
  })

  it('can be told to end, whatever it does, and twice', async () => {
    const process = filterProcess()
    const asked = process.ask(batch(STUCK_DATA, STUCK))
    await Promise.all([process.end(), process.end()])
    expect(await asked).toEqual({ kind: 'closed', results: [], error: null })
    await expect(process.end()).resolves.toBeUndefined()
  })

  it('says so when it cannot work at all', async () => {
    const process = filterProcess({ memoryMb: 1 })
    expect(await process.ask(EMPTY)).toMatchObject({ kind: 'ended', results: [] })
  })
})
