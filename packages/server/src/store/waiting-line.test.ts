import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createWaitingLine, type Waiting } from './waiting-line.ts'

interface Load {
  rows: number
  bytes: number
}

function waitingOf(item: Load): Waiting<Load, undefined> {
  return { item, resolve: () => undefined, reject: () => undefined }
}

const loads = fc.array(fc.record({ rows: fc.integer({ min: 1, max: 50 }), bytes: fc.nat(100) }))

describe('a waiting line', () => {
  it('gives the oldest first, no more rows at once than asked for, but one at least', () => {
    fc.assert(
      fc.property(loads, fc.integer({ min: 1, max: 60 }), (items, rowsMax) => {
        const line = createWaitingLine<Load, undefined>(
          ({ rows }) => rows,
          ({ bytes }) => bytes,
        )
        for (const item of items) line.add(waitingOf(item))
        const taken: Load[][] = []
        while (line.length > 0) {
          const left = items.slice(taken.flat().length)
          expect(line.rows).toBe(left.reduce((sum, { rows }) => sum + rows, 0))
          expect(line.bytes).toBe(left.reduce((sum, { bytes }) => sum + bytes, 0))
          taken.push(line.take(rowsMax).map(({ item }) => item))
        }
        expect(taken.flat()).toEqual(items)
        for (const batch of taken) {
          const rows = batch.reduce((sum, item) => sum + item.rows, 0)
          expect(batch.length === 1 || rows <= rowsMax).toBe(true)
        }
        expect([line.rows, line.bytes]).toEqual([0, 0])
      }),
    )
  })

  it('takes back in front what was taken', () => {
    const line = createWaitingLine<Load, undefined>(({ rows }) => rows)
    const [first, second] = [waitingOf({ rows: 2, bytes: 0 }), waitingOf({ rows: 3, bytes: 0 })]
    line.add(first)
    const taken = line.take(10)
    line.add(second)
    line.putBack(taken)
    expect(line.rows).toBe(5)
    expect(line.take(10)).toEqual([first, second])
  })
})
