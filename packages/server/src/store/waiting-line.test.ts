import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createWaitingLine, type Waiting } from './waiting-line.ts'

interface Load {
  rows: number
  bytes: number
  owner: number
}

function waitingOf(item: Load): Waiting<Load, undefined> {
  return { item, resolve: () => undefined, reject: () => undefined }
}

function lineOf(items: readonly Load[]) {
  const line = createWaitingLine<Load, undefined>({
    rowsOf: ({ rows }) => rows,
    bytesOf: ({ bytes }) => bytes,
    ownerOf: ({ owner }) => owner,
  })
  for (const item of items) line.add(waitingOf(item))
  return line
}

function sum(items: readonly Load[], what: 'rows' | 'bytes'): number {
  return items.reduce((total, item) => total + item[what], 0)
}

const loads = fc.array(
  fc.record({
    rows: fc.integer({ min: 1, max: 50 }),
    bytes: fc.nat(100),
    owner: fc.integer({ min: 1, max: 3 }),
  }),
)
const OWNERS = [1, 2, 3]

describe('a waiting line', () => {
  it('gives no more at once than asked for, but one at least, and keeps the order of each owner', () => {
    fc.assert(
      fc.property(
        loads,
        fc.integer({ min: 1, max: 60 }),
        fc.integer({ min: 1, max: 150 }),
        (items, rowsMax, bytesMax) => {
          const line = lineOf(items)
          const taken: Load[][] = []
          while (line.length > 0) {
            const left = items.filter((item) => !taken.flat().includes(item))
            expect([line.length, line.rows, line.bytes]).toEqual([
              left.length,
              sum(left, 'rows'),
              sum(left, 'bytes'),
            ])
            for (const owner of OWNERS) {
              const own = left.filter((item) => item.owner === owner)
              expect(line.weightOf(owner)).toEqual({ rows: sum(own, 'rows'), bytes: sum(own, 'bytes') })
            }
            taken.push(line.take(rowsMax, bytesMax, true).map(({ item }) => item))
          }
          for (const batch of taken) {
            expect(batch.length).toBeGreaterThan(0)
            const fits = sum(batch, 'rows') <= rowsMax && sum(batch, 'bytes') <= bytesMax
            expect(batch.length === 1 || fits).toBe(true)
          }
          for (const owner of OWNERS) {
            const own = (all: readonly Load[]) => all.filter((item) => item.owner === owner)
            expect(own(taken.flat())).toEqual(own(items))
          }
        },
      ),
    )
  })

  it('lets owners take turns: one that brought a thousand does not keep another’s one waiting', () => {
    const many = Array.from({ length: 1_000 }, () => ({ rows: 1, bytes: 0, owner: 1 }))
    const one = { rows: 1, bytes: 0, owner: 2 }
    const line = lineOf([...many, one])
    expect(line.take(10, 0, true).map(({ item }) => item)).toContain(one)
  })

  it('lets one that does not fit keep its turn', () => {
    const small = { rows: 1, bytes: 0, owner: 1 }
    const large = { rows: 20, bytes: 0, owner: 2 }
    const line = lineOf([small, large, small, small])
    expect(line.take(10, 0, false).map(({ item }) => item)).toEqual([small])
    expect(line.take(10, 0, false)).toEqual([])
    expect(line.take(10, 0, true).map(({ item }) => item)).toEqual([large])
  })

  it('takes back in front what was taken', () => {
    fc.assert(
      fc.property(loads, loads, fc.integer({ min: 1, max: 60 }), (items, later, rowsMax) => {
        const line = lineOf(items)
        const taken = line.take(rowsMax, 1_000, true)
        for (const item of later) line.add(waitingOf(item))
        line.putBack(taken)
        expect([line.rows, line.bytes]).toEqual([
          sum([...items, ...later], 'rows'),
          sum([...items, ...later], 'bytes'),
        ])
        const given: Load[] = []
        while (line.length > 0) given.push(...line.take(60, 1_000, true).map(({ item }) => item))
        for (const owner of OWNERS) {
          const own = (all: readonly Load[]) => all.filter((item) => item.owner === owner)
          expect(own(given)).toEqual(own([...items, ...later]))
        }
      }),
    )
  })
})
