import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { placesOf, type Place } from './json-places.ts'

const place = (line: number, column: number): Place => ({ line, column })

describe('where values stand', () => {
  const text = '{\n  "a": [1, {"b/c": "x, \\"y\\": {"}],\n  "d~": null,\r\n  "": {"e": [[], [true]]}\n}'

  it.each([
    ['', place(1, 1)],
    ['/a', place(2, 8)],
    ['/a/0', place(2, 9)],
    ['/a/1', place(2, 12)],
    ['/a/1/b~1c', place(2, 20)],
    ['/d~0', place(3, 9)],
    ['/', place(4, 7)],
    ['//e', place(4, 13)],
    ['//e/0', place(4, 14)],
    ['//e/1/0', place(4, 19)],
  ])('%j', (pointer, expected) => {
    expect(placesOf(text, [pointer]).get(pointer)).toEqual(expected)
  })

  it('of several at once, without those that are not there', () => {
    expect([...placesOf(text, ['/d~0', '/a/2', '/x', '/a/0/y', '']).keys()].sort()).toEqual(['', '/d~0'])
  })

  it('of the last member of a name', () => {
    expect(placesOf('{"a":1,"a":2}', ['/a']).get('/a')).toEqual(place(1, 12))
  })

  it('however deep', () => {
    const depth = 100_000
    const deep = `${'['.repeat(depth)}${']'.repeat(depth)}`
    expect(placesOf(deep, ['/0/0']).get('/0/0')).toEqual(place(1, 3))
  })
})

/** Every pointer of a value, with what it names. */
function pointersOf(value: unknown, pointer = ''): [string, unknown][] {
  const inside = typeof value === 'object' && value !== null ? Object.entries(value) : []
  const escaped = (name: string) => name.replaceAll('~', '~0').replaceAll('/', '~1')
  return [
    [pointer, value],
    ...inside.flatMap(([name, item]) => pointersOf(item, `${pointer}/${escaped(name)}`)),
  ]
}

it('for any JSON, the value begins where it is said to', () => {
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 4 }), fc.constantFrom(0, 2), (value, indent) => {
      const text = JSON.stringify(value, null, indent)
      const lines = text.split('\n')
      const pointers = pointersOf(JSON.parse(text))
      const places = placesOf(
        text,
        pointers.map(([pointer]) => pointer),
      )
      expect(places.size).toBe(pointers.length)
      for (const [pointer, named] of pointers) {
        const { line, column } = places.get(pointer)!
        const rest = [lines[line - 1]!.slice(column - 1), ...lines.slice(line)].join('\n')
        const whole = JSON.stringify(named, null, indent).replaceAll(/\s/g, '')
        expect(rest.replaceAll(/\s/g, '').startsWith(whole)).toBe(true)
      }
    }),
  )
})
