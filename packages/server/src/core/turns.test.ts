import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createTurns } from './turns.ts'

const anybody = (): boolean => true

/** `a1`: organization 1 at key `a`. */
function standing(text: string) {
  return { key: text.slice(0, 1), organizationId: Number(text.slice(1, 2)) }
}

function turnsOf(...names: string[]) {
  const turns = createTurns<string>()
  for (const name of names) turns.add(standing(name), name)
  const all = (mayGo: Parameters<typeof turns.next>[0] = anybody): string[] => {
    const order: string[] = []
    for (let next = turns.next(mayGo); next !== undefined; next = turns.next(mayGo)) order.push(next)
    return order
  }
  return { turns, all }
}

describe('createTurns', () => {
  it('lets organizations take turns, and who came first goes first within one', () => {
    const { all } = turnsOf('a1-1', 'a1-2', 'a1-3', 'a2-1', 'a2-2', 'a3-1')
    expect(all()).toEqual(['a1-1', 'a2-1', 'a3-1', 'a1-2', 'a2-2', 'a1-3'])
  })

  it('lets the keys of one organization take turns within it', () => {
    const { all } = turnsOf('a1-1', 'a1-2', 'a1-3', 'b1-1', 'a2-1')
    expect(all()).toEqual(['a1-1', 'a2-1', 'b1-1', 'a1-2', 'a1-3'])
  })

  it('holds nobody up who may go by somebody who may not', () => {
    const { turns, all } = turnsOf('a1', 'a2', 'b1', 'b2')
    expect(all(({ key }) => key === 'b')).toEqual(['b1', 'b2'])
    expect(all(({ organizationId }) => organizationId === 2)).toEqual(['a2'])
    expect([turns.has(anybody), turns.has(({ key }) => key === 'b')]).toEqual([true, false])
  })

  it('gives a key to each organization in turn, whatever they are busy with elsewhere', () => {
    const { turns } = turnsOf('a1', 'a2')
    const order: (string | undefined)[] = []
    for (let round = 0; round < 4; round++) {
      order.push(turns.next(({ key }) => key === 'a'))
      turns.add(standing('a1'), 'a1')
      turns.add(standing('a2'), 'a2')
      // The second organization has just had a turn at another key.
      turns.add(standing('b2'), 'b2')
      expect(turns.next(({ key }) => key === 'b')).toBe('b2')
    }
    expect(order.filter((name) => name === 'a2')).toHaveLength(2)
  })

  it('takes along, puts in front, removes and clears', () => {
    const { turns, all } = turnsOf('a1-1', 'a1-2', 'a1-3', 'a2-1')
    expect(turns.takeWhile(standing('a1'), (name) => name !== 'a1-3')).toEqual(['a1-1', 'a1-2'])
    turns.add(standing('a1'), 'a1-2', 'first')
    expect([turns.remove(standing('a2'), 'a2-1'), turns.remove(standing('a2'), 'a2-1')]).toEqual([
      true,
      false,
    ])
    expect([turns.size, all(), turns.size]).toEqual([2, ['a1-2', 'a1-3'], 0])
    turns.add(standing('a1'), 'a1-4')
    expect([turns.clear(), turns.size, turns.has(anybody)]).toEqual([['a1-4'], 0, false])
  })

  it('puts one that was served without having waited behind who was not', () => {
    const { turns } = turnsOf()
    turns.served(standing('a1'))
    for (const name of ['a1', 'a2']) turns.add(standing(name), name)
    expect([turns.next(anybody), turns.next(anybody)]).toEqual(['a2', 'a1'])
  })

  it('is not put off for ever by others that come and go', () => {
    const { turns } = turnsOf()
    turns.served(standing('a1'))
    turns.add(standing('a1'), 'a1')
    const order: (string | undefined)[] = []
    for (let round = 0; round < 6 && !order.includes('a1'); round++) {
      const name = `a${2 + (round % 2)}`
      turns.add(standing(name), name)
      order.push(turns.next(anybody))
      turns.forget(standing(name))
    }
    expect(order).toEqual(['a2', 'a1'])
  })

  it('never makes an organization wait for more than one turn of each other, at one key', () => {
    const names = fc.array(fc.constantFrom('a1', 'a2', 'a3', 'a4'), { minLength: 1, maxLength: 60 })
    fc.assert(
      fc.property(names, (asked) => {
        const order = turnsOf(...asked).all()
        expect(order.toSorted()).toEqual(asked.toSorted())
        for (const [at, name] of order.entries()) {
          const next = order.indexOf(name, at + 1)
          const between = order.slice(at + 1, next === -1 ? at + 1 : next)
          expect(new Set(between).size).toBe(between.length)
        }
      }),
    )
  })
})
