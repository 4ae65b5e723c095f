import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createGate } from './gate.ts'

const full = () => new Error('full')

/** Work that ends when it is told to. */
function held() {
  const { promise, resolve } = Promise.withResolvers<undefined>()
  return { work: () => promise, end: () => resolve(undefined) }
}

describe('createGate', () => {
  it('gives each its own slot, and the slot on when it is free', async () => {
    const gate = createGate(2, 10, full)
    const [first, second] = [held(), held()]
    const slots: number[] = []
    const note = (work: () => Promise<unknown>) => (slot: number) => {
      slots.push(slot)
      return work()
    }
    const passes = [
      gate.pass(note(first.work)),
      gate.pass(note(second.work)),
      gate.pass(note(async () => null)),
    ]
    await Promise.resolve()
    expect(new Set(slots)).toEqual(new Set([0, 1]))
    second.end()
    await passes[2]
    expect(slots[2]).toBe(slots[1])
    first.end()
    await Promise.all(passes)
  })

  it('turns away whoever comes when the queue is full, and nobody once there is room', async () => {
    const gate = createGate(1, 1, full)
    const first = held()
    const running = gate.pass(first.work)
    const waiting = gate.pass(async () => 'waited')
    await expect(gate.pass(async () => 'late')).rejects.toThrow('full')
    first.end()
    expect(await waiting).toBe('waited')
    expect(await gate.pass(async () => 'later')).toBe('later')
    await running
  })

  it('frees the slot of work that throws', async () => {
    const gate = createGate(1, 0, full)
    await expect(gate.pass(() => Promise.reject(new Error('broken')))).rejects.toThrow('broken')
    expect(await gate.pass(async (slot) => slot)).toBe(0)
  })

  it('turns away who waits and who comes once it is shut, and lets work inside end', async () => {
    const gate = createGate(1, 5, full)
    const first = held()
    const inside = gate.pass(async () => {
      await first.work()
      return 'done'
    })
    const waiting = gate.pass(async () => 'waited')
    gate.shut(() => new Error('shut'))
    await expect(waiting).rejects.toThrow('shut')
    await expect(gate.pass(async () => 'late')).rejects.toThrow('shut')
    first.end()
    expect(await inside).toBe('done')
  })

  it('never has more inside than slots, nor the same slot twice, and serves in order', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 4 }),
        fc.integer({ min: 1, max: 30 }),
        fc.scheduler(),
        async (slots, passes, s) => {
          const gate = createGate(slots, passes, full)
          const inside = new Set<number>()
          const order: number[] = []
          const all = Array.from({ length: passes }, (_, index) =>
            gate.pass(async (slot) => {
              expect(inside.has(slot)).toBe(false)
              inside.add(slot)
              order.push(index)
              expect(inside.size).toBeLessThanOrEqual(slots)
              await s.schedule(Promise.resolve())
              inside.delete(slot)
            }),
          )
          await s.waitFor(Promise.all(all))
          expect(order).toEqual(order.toSorted((a, b) => a - b))
        },
      ),
    )
  })
})
