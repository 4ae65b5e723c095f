import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createFairGate } from './fair-gate.ts'

const NEVER = new AbortController().signal

/** Passes that note when they enter, and stay until they are told to leave. */
function watched(placesMax: number, perOrganizationMax = placesMax) {
  const gate = createFairGate({ placesMax, perOrganizationMax })
  const entered: number[] = []
  const leaves: (() => void)[] = []
  const pass = (organizationId: number, signal = NEVER) =>
    gate.pass(organizationId, signal, () => {
      entered.push(organizationId)
      return new Promise<void>((resolve) => leaves.push(resolve))
    })
  const settle = () => new Promise((resolve) => setImmediate(resolve))
  const leave = async () => {
    leaves.shift()?.()
    await settle()
  }
  return { gate, entered, pass, leave, settle }
}

describe('createFairGate', () => {
  it('lets organizations take turns, whoever asked for more', async () => {
    const { entered, pass, leave } = watched(1)
    const passes = [1, 1, 1, 1, 2, 2, 3].map((organization) => pass(organization))
    for (let left = 0; left < 7; left += 1) await leave()
    expect(entered).toEqual([1, 1, 2, 3, 1, 2, 1])
    await Promise.all(passes)
  })

  it('keeps places for others', async () => {
    const { entered, pass, settle } = watched(4, 3)
    const passes = [1, 1, 1, 1, 1, 2].map((organization) => pass(organization))
    await settle()
    expect(entered).toEqual([1, 1, 1, 2])
    expect(passes).toHaveLength(6)
  })

  it('forgets who does not want to enter any more', async () => {
    const { entered, pass, leave } = watched(1)
    const first = pass(1)
    const cancel = new AbortController()
    const waiting = expect(pass(2, cancel.signal)).rejects.toThrow('enough')
    const last = pass(3)
    cancel.abort(new Error('enough'))
    await waiting
    await expect(pass(2, cancel.signal)).rejects.toThrow('enough')
    await leave()
    await leave()
    expect(entered).toEqual([1, 3])
    await Promise.all([first, last])
  })

  it('gives a place on from work that throws', async () => {
    const { gate } = watched(1)
    await expect(gate.pass(1, NEVER, () => Promise.reject(new Error('broken')))).rejects.toThrow('broken')
    expect(await gate.pass(1, NEVER, async () => 'next')).toBe('next')
  })

  it('turns away who waits and who comes once it is shut, and lets work inside end', async () => {
    const { gate, pass, leave } = watched(1)
    const inside = pass(1)
    const waiting = [pass(1), pass(2)].map((one) => expect(one).rejects.toThrow('closed'))
    gate.shut(() => new Error('closed'))
    await Promise.all(waiting)
    await expect(pass(3)).rejects.toThrow('closed')
    await leave()
    await inside
  })

  it('never lets in too many, and leaves no place empty that somebody may have', async () => {
    const asked = fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 60 })
    await fc.assert(
      fc.asyncProperty(asked, fc.integer({ min: 1, max: 5 }), fc.nat(4), async (organizations, max, less) => {
        const own = Math.max(1, max - less)
        const { entered, pass, leave, settle } = watched(max, own)
        for (const organization of organizations) void pass(organization)
        await settle()
        // Places are left in the order of entering.
        for (let left = 0; left < organizations.length; left += 1) {
          const inside = entered.slice(left)
          const count = (one: number, among: number[]) => among.filter((other) => other === one).length
          expect(inside.length).toBeLessThanOrEqual(max)
          for (const organization of new Set(organizations)) {
            expect(count(organization, inside)).toBeLessThanOrEqual(own)
            const mayEnter = inside.length < max && count(organization, inside) < own
            if (mayEnter) expect(count(organization, entered)).toBe(count(organization, organizations))
          }
          await leave()
        }
        expect(entered).toHaveLength(organizations.length)
      }),
      { numRuns: 50 },
    )
  })
})
