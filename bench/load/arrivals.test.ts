import { beforeEach, describe, expect, it } from 'vitest'
import { createArrivals, type Arrivals } from './arrivals.ts'

const BYTES = Buffer.from('head\r\n\r\nbody')

let arrivals: Arrivals
beforeEach(() => {
  arrivals = createArrivals()
  arrivals.watch({ fanOut: 2, groups: 3, first: 100, continues: false })
})

/** `sequence` arrives at `webhook`. */
function arrive(sequence: number, webhook: number, hangs = false): void {
  const request = { sequence, webhook, hangs, microseconds: 1_000, bodyAt: 8, end: BYTES.length }
  arrivals.add(request, 3_000, BYTES, 0)
}

describe('arrivals', () => {
  it('counts each event at each of its webhooks once', () => {
    // 100 % 3 = 1: webhooks 2 and 3.
    arrive(100, 2)
    arrive(100, 3)
    expect(arrivals.report()).toMatchObject({ unique: 2, duplicates: 0, strays: 0 })
    expect(arrivals.report().latency.p50).toBeCloseTo(2, 1)
  })

  it('sees what comes twice', () => {
    arrive(100, 2)
    arrive(100, 2)
    expect(arrivals.report()).toMatchObject({ unique: 1, duplicates: 1 })
  })

  it('sees what comes where it is not owed, and what bears no event', () => {
    arrive(100, 0)
    arrive(100, 6)
    arrive(-1, 2)
    expect(arrivals.report()).toMatchObject({ unique: 0, strays: 3 })
  })

  it('leaves out what is left from before, and what is never answered', () => {
    arrive(99, 0)
    arrive(99, 2, true)
    arrive(100, 2, true)
    expect(arrivals.report()).toMatchObject({ unique: 0, strays: 0, hung: 2, firstAt: 0 })
  })

  it('remembers what it has seen when it continues, and only then', () => {
    arrive(100, 2)
    arrivals.watch({ fanOut: 2, groups: 3, first: 100, continues: true })
    arrive(100, 2)
    expect(arrivals.report()).toMatchObject({ unique: 0, duplicates: 1 })
    arrivals.watch({ fanOut: 2, groups: 3, first: 100, continues: false })
    arrive(100, 2)
    expect(arrivals.report()).toMatchObject({ unique: 1, duplicates: 0 })
  })

  it('keeps a sample of the requests as they came', () => {
    arrive(100, 2)
    expect(arrivals.report().samples).toEqual([{ head: 'head\r\n\r\n', body: 'body' }])
  })
})
