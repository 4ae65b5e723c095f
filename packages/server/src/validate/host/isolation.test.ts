import { afterEach, describe, expect, it } from 'vitest'
import { systemClock, type Clock, type Timer } from '../../core/clock.ts'
import { documentSubmission } from '../../core/run.ts'
import { documentOf } from '../validators/document-of.ts'
import type { Task, TaskLimits } from '../worker/task.ts'
import { createHost } from './host.ts'
import { createIsolation, type Isolation } from './isolation.ts'

// Real processes and threads throughout.

/** An object of so many keys grows by steps that a heap of 32 MB has no room for, leeway and all: V8 ends the process. */
const KEYS = Array.from({ length: 1_000_000 }, (_, index) => `"k${index}":1`)
const PROCESS_KILLER = task({ type: 'object' }, Buffer.from(`{${KEYS.join()}}`))
const REGEX_BOMB = task({ pattern: '^(a+)+$' }, Buffer.from(`"${'a'.repeat(40)}!"`))
const INNOCENT = task({ type: 'object' }, Buffer.from('{}'))

function task(schema: object, content: Buffer): Task {
  const configText = JSON.stringify({ schema })
  const document = documentOf(documentSubmission(content))
  return { validator: 'json-schema', organizationId: 1, configKey: configText, configText, document, slot: 0 }
}

/** A host that runs judges the innocent task in a fraction of it. */
const ANSWER_MS_MAX = 300
const limits: TaskLimits = { threads: 2, timeoutMs: 20_000, memoryMb: 32 }
const closing: { close(): Promise<void> }[] = []

function isolationWith(changes: Partial<TaskLimits> = {}): Isolation {
  const isolation = createIsolation({ ...limits, ...changes }, systemClock)
  closing.push(isolation)
  return isolation
}

afterEach(async () => {
  await Promise.all(closing.splice(0).map((each) => each.close()))
})

it('a host that is closed as an answer arrives leaves nothing to wait for', async () => {
  const waiting = new Set<Timer>()
  const clock: Clock = {
    ...systemClock,
    after(delayMs, action) {
      const timer = systemClock.after(delayMs, action)
      const watched = {
        cancel() {
          waiting.delete(watched)
          timer.cancel()
        },
      }
      waiting.add(watched)
      return watched
    },
  }
  const host = createHost(limits, clock)
  closing.push(host)
  await host.run(INNOCENT)
  const last = host.run(INNOCENT)
  // The request leaves in this turn of the loop; the answer comes while no turn is taken, and is read after the close.
  await new Promise((resolve) => setImmediate(resolve))
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ANSWER_MS_MAX)
  await host.close()
  await last
  expect(waiting.size).toBe(0)
})

describe('a task that ends its process', () => {
  it('does so to the process of its host', async () => {
    const host = createHost(limits, systemClock)
    closing.push(host)
    expect(await host.run(PROCESS_KILLER)).toMatchObject({ kind: 'host_died' })
    expect(await host.run(INNOCENT)).toMatchObject({ kind: 'judged' })
  })

  it('is out of memory', async () => {
    const isolation = isolationWith()
    expect(await isolation.run(PROCESS_KILLER)).toEqual({ kind: 'out_of_memory' })
    expect(await isolation.run(INNOCENT)).toMatchObject({ kind: 'judged' })
  })

  it('is alone to blame: what waited beside it is judged again', async () => {
    const isolation = isolationWith({ threads: 1 })
    const killer = isolation.run(PROCESS_KILLER)
    const neighbour = isolation.run(INNOCENT)
    expect(await killer).toEqual({ kind: 'out_of_memory' })
    expect(await neighbour).toMatchObject({ kind: 'judged' })
  })
})

describe('closing', () => {
  it('ends what is under way without a verdict, and starts nothing more', async () => {
    const isolation = isolationWith()
    const running = isolation.run(REGEX_BOMB)
    await Promise.all([isolation.close(), isolation.close()])
    expect(await running).toEqual({ kind: 'closed' })
    expect(await isolation.run(INNOCENT)).toEqual({ kind: 'closed' })
  })

  it('has nothing to end when nothing was asked', async () => {
    await expect(isolationWith().close()).resolves.toBeUndefined()
  })
})

describe('resting', () => {
  it('ends the process after a minute without tasks; the next task starts another', async () => {
    const timers: (() => void)[] = []
    const clock = {
      ...systemClock,
      after(delayMs: number, action: () => void) {
        expect(delayMs).toBe(60_000)
        timers.push(action)
        return { cancel: () => undefined }
      },
    }
    const host = createHost(limits, clock)
    closing.push(host)
    expect(await host.run(INNOCENT)).toMatchObject({ kind: 'judged' })
    // The same process knows the configuration and needs no text; another one does.
    expect(await host.run({ ...INNOCENT, configText: null })).toMatchObject({ kind: 'judged' })
    timers.at(-1)?.()
    expect(await host.run({ ...INNOCENT, configText: null })).toEqual({ kind: 'config_wanted' })
  })
})
