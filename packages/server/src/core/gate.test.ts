import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createVirtualClock } from '../../test/support/virtual-clock.ts'
import { createGate, type Asking, type GateOptions, type Place } from './gate.ts'

/** Names such as `1a`, for organization 1 and key `a`, or `1` without a key. */
function watched(options: Partial<GateOptions> = {}) {
  const clock = createVirtualClock()
  const gate = createGate({
    placesMax: 1,
    waitersMax: 100,
    ownToFreeMax: Infinity,
    clock,
    refuse: (why) => new Error(why),
    ...options,
  })
  const log: string[] = []
  const held: { name: string; place: Place }[] = []
  const ask = (name: string, more: Partial<Asking> = {}): void => {
    const asking = { organizationId: Number(name.slice(0, 1)), key: name.slice(1), ...more }
    gate.enter(asking).then(
      (place) => {
        log.push(name)
        held.push({ name, place })
      },
      (error: unknown) => log.push(`${name}: ${error instanceof Error ? error.message : String(error)}`),
    )
  }
  const leave = async (): Promise<void> => {
    held.shift()?.place.leave()
    await clock.settle()
  }
  return { clock, gate, log, held, ask, leave }
}

describe('who is let in', () => {
  it('is each organization in turn, whoever asked for more', async () => {
    const { log, ask, leave } = watched()
    for (const name of ['1', '1', '1', '1', '2', '2', '3']) ask(name)
    for (let left = 0; left < 7; left++) await leave()
    expect(log).toEqual(['1', '2', '3', '1', '2', '1', '1'])
  })

  it('is an organization that has none, at once, however much another has', async () => {
    const { clock, log, ask } = watched({ placesMax: 4 })
    for (const name of ['1', '1', '1', '1', '1', '2']) ask(name)
    await clock.settle()
    expect(log).toEqual(['1', '1', '1', '2'])
  })

  it('is one at a time of a key, over all organizations', async () => {
    const { clock, log, ask, leave } = watched({ placesMax: 5, perKeyMax: 1 })
    for (const name of ['1a', '1a', '1a', '2a', '2b']) ask(name)
    await clock.settle()
    expect(log).toEqual(['1a', '2b'])
    await leave()
    // The first one had its turn at `a` already.
    expect(log).toEqual(['1a', '2b', '2a'])
    await leave()
    await leave()
    expect(log.slice(3)).toEqual(['1a'])
  })

  it('is who goes on, before others of its organization', async () => {
    const { clock, log, ask, leave } = watched()
    for (const name of ['1', '1', '2']) ask(name)
    ask('1x', { key: '', isContinued: true, isCounted: true })
    await clock.settle()
    await leave()
    await leave()
    expect(log).toEqual(['1', '2', '1x'])
  })
})

describe('who is refused', () => {
  it('is an organization that has its part of the line, and nobody else', async () => {
    const { clock, log, ask } = watched({ waitersMax: 10 })
    for (let n = 0; n < 12; n++) ask('1')
    for (const name of ['2', '2', '3']) ask(name)
    await clock.settle()
    expect(log).toEqual(['1', '1: full', '1: full', '1: full', '2: full'])
  })

  it('is one too many of a key, of an organization that has its part of that', async () => {
    const { clock, log, ask } = watched({ placesMax: 3, perKeyMax: 1, waitersPerKeyMax: 5 })
    for (const name of ['1a', '1a', '1a', '1a', '1a', '1a', '2a', '1b']) ask(name)
    await clock.settle()
    expect(log.toSorted()).toEqual(['1a', '1a: key_full', '1b'])
  })

  it('is nobody whom its caller has counted', async () => {
    const { clock, log, ask, leave } = watched({ waitersMax: 0 })
    ask('1')
    for (let n = 0; n < 20; n++) ask('1', { isCounted: true })
    ask('2')
    await clock.settle()
    expect(log).toEqual(['1', '2: full'])
    for (let n = 0; n < 20; n++) await leave()
    expect(log).toHaveLength(22)
  })

  it('is who waits too long, and its key is named when that is to blame', async () => {
    const { clock, log, ask, leave } = watched({ placesMax: 2, perKeyMax: 1 })
    ask('1a')
    ask('2a', { waitMsMax: 100 })
    ask('3a', { waitMsMax: 300 })
    await clock.advance(100)
    ask('4b')
    ask('5c', { waitMsMax: 100 })
    await clock.advance(100)
    expect(log).toEqual(['1a', '2a: key_late', '4b', '5c: late'])
    await leave()
    expect(log.at(-1)).toBe('3a')
    await clock.advance(1_000)
    expect(log).toHaveLength(5)
  })

  it('is who does not want to enter any more, and leaves no trace in the line', async () => {
    const { clock, log, ask, leave } = watched({ waitersMax: 1 })
    const cancel = new AbortController()
    ask('1')
    ask('2', { signal: cancel.signal })
    await clock.settle()
    cancel.abort()
    ask('2', { signal: cancel.signal })
    ask('3')
    await leave()
    await leave()
    expect(log).toEqual(['1', '2: aborted', '2: aborted', '3'])
  })

  it('is everybody once it is shut; what is inside may end', async () => {
    const { clock, gate, log, held, ask } = watched()
    for (const name of ['1', '1', '2']) ask(name)
    await clock.settle()
    gate.shut()
    gate.shut()
    ask('3')
    held[0]?.place.leave()
    held[0]?.place.leave()
    await clock.settle()
    expect([gate.isShut, log.toSorted()]).toEqual([true, ['1', '1: shut', '2: shut', '3: shut']])
  })
})

describe('pass', () => {
  it('gives the place on from work that throws', async () => {
    const { gate } = watched({ waitersMax: 0 })
    const asking = { organizationId: 1 }
    await expect(gate.pass(asking, () => Promise.reject(new Error('broken')))).rejects.toThrow('broken')
    expect(await gate.pass(asking, async () => 'next')).toBe('next')
  })
})

describe('whatever is asked for', () => {
  const commands = fc.array(
    fc.oneof(
      {
        weight: 3,
        arbitrary: fc.tuple(
          fc.constant('ask'),
          fc.integer({ min: 1, max: 4 }),
          fc.constantFrom('a', 'b', 'c'),
        ),
      },
      { weight: 2, arbitrary: fc.tuple(fc.constant('leave'), fc.nat(20), fc.constant('')) },
    ),
    { minLength: 1, maxLength: 80 },
  )

  it('holds its bounds, leaves no place empty that somebody may have, and serves all who wait', async () => {
    const bounds = fc.record({
      placesMax: fc.integer({ min: 1, max: 6 }),
      perKeyMax: fc.integer({ min: 1, max: 3 }),
      ownToFreeMax: fc.constantFrom(1, 4, Infinity),
    })
    await fc.assert(
      fc.asyncProperty(commands, bounds, async (asked, { placesMax, perKeyMax, ownToFreeMax }) => {
        const { clock, log, held, ask } = watched({ placesMax, perKeyMax, ownToFreeMax, waitersMax: 1_000 })
        let count = 0
        const inside = (wanted: (name: string) => boolean) => held.filter(({ name }) => wanted(name)).length
        for (const [what, number, key] of asked) {
          if (what === 'ask') {
            count += 1
            ask(`${number}${key}`)
          } else held.splice(number % Math.max(1, held.length), 1)[0]?.place.leave()
          await clock.settle()
          expect(held.length).toBeLessThanOrEqual(placesMax)
          for (const each of ['a', 'b', 'c']) {
            expect(inside((name) => name.endsWith(each))).toBeLessThanOrEqual(perKeyMax)
          }
          for (const own of ['1', '2', '3', '4']) {
            if (placesMax > 1) expect(inside((name) => name.startsWith(own))).toBeLessThan(placesMax)
          }
        }
        // What waits gets in as long as somebody leaves: at the latest after one turn of all others.
        for (let turn = 0; turn < count && held.length > 0; turn++) {
          held.shift()?.place.leave()
          await clock.settle()
        }
        expect(log).toHaveLength(count)
        expect(log.every((line) => !line.includes(':'))).toBe(true)
      }),
      { numRuns: 60 },
    )
  })

  it('lets one that asks again and again delay another by no more than one of its places', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 5 }),
        fc.integer({ min: 1, max: 40 }),
        async (placesMax, many) => {
          const { clock, log, ask, leave } = watched({ placesMax })
          for (let n = 0; n < many + placesMax; n++) ask('1')
          await clock.settle()
          ask('2')
          await clock.settle()
          const before = log.length
          if (!log.includes('2')) await leave()
          if (!log.includes('2')) await leave()
          expect(log.slice(before).length).toBeLessThanOrEqual(2)
          expect(log).toContain('2')
        },
      ),
      { numRuns: 40 },
    )
  })
})
