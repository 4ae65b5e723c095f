import { RE2JS } from '@bufbuild/re2'
import { describe, expect, it } from 'vitest'
import { createPatterns } from './patterns.ts'

describe('createPatterns', () => {
  it('finds a pattern anywhere in a text', () => {
    const patterns = createPatterns()
    expect(patterns.compile('b+').test('abc')).toBe(true)
    expect(patterns.compile('^b').test('abc')).toBe(false)
  })

  it('gives the same answers after it has read so much that it begins anew', () => {
    const patterns = createPatterns()
    const text = 'xy'.repeat(6_000)
    const answers = Array.from({ length: 20 }, (_, index) =>
      patterns.compile(`(x|y){${index}}z`).test(`${text}z`),
    )
    expect(new Set(answers)).toEqual(new Set([true]))
    const compiled = patterns.compile('y$')
    expect([compiled.test(text), compiled.test(text), compiled.test(`${text}x`)]).toEqual([true, true, false])
  })

  it('knows classes of characters, in brackets, negated and quoted', () => {
    const patterns = createPatterns()
    const holds = (pattern: string, text: string): boolean => patterns.compile(`^(?:${pattern})$`).test(text)
    for (const [pattern, yes, no] of [
      [String.raw`\p{L}+`, 'Zürichдом你𐐀', 'a1'],
      [String.raw`\pL`, 'é', '1'],
      [String.raw`\P{L}+`, '1 -', 'é'],
      [String.raw`\p{^L}`, '1', 'é'],
      [String.raw`[\p{Lu}\d-]+`, 'ÄB-1', 'ä'],
      [String.raw`[^\p{Lu}]+`, 'äb', 'Ä'],
      [String.raw`[\P{L}x]+`, '1x', 'y'],
      [String.raw`[]\p{Nd}]+`, ']٣', 'a'],
      [String.raw`[[:alpha:]\p{Nd}]+`, 'a٣', '-'],
      [String.raw`\p{Greek}+`, 'αβγ', 'abc'],
      [String.raw`(?i)\p{Lu}`, 'a', '1'],
      [String.raw`\p{Co}`, '\u{10fffd}', 'a'],
      [String.raw`\p{Any}`, 'a', 'ab'],
      [String.raw`\Q\p{L}\E`, String.raw`\p{L}`, 'a'],
      [String.raw`\\p\{L\}`, String.raw`\p{L}`, 'a'],
    ] as const) {
      expect([pattern, holds(pattern, yes), holds(pattern, no)]).toEqual([pattern, true, false])
    }
  })

  it('has the classes of the library itself', () => {
    const patterns = createPatterns()
    const points = Array.from({ length: 3_000 }, (_, index) => String.fromCodePoint((index * 367) % 0xd800))
    for (const name of ['L', 'Ll', 'N', 'P', 'Sc', 'Cyrillic', 'Han']) {
      const ours = patterns.compile(`^\\p{${name}}$`)
      const theirs = RE2JS.compile(`^\\p{${name}}$`)
      // Their tables may be of another version of Unicode: what is assigned in both is in the same classes.
      const differ = points.filter(
        (point) => ours.test(point) !== theirs.test(point) && /\P{Cn}/u.test(point),
      )
      expect([name, differ.length <= 3]).toEqual([name, true])
    }
  })

  it('refuses what it cannot read, and what takes too many steps', () => {
    const patterns = createPatterns()
    expect(() => patterns.compile('(')).toThrow('missing closing )')
    expect(() => patterns.compile(String.raw`\p{Klingon}`)).toThrow('there is no class "Klingon"')
    expect(() => patterns.compile('\\pL'.repeat(21))).toThrow('more than 20 classes')
    expect(() => patterns.compile('x{501}')).toThrow('more than 500 steps')
    expect(patterns.compile('x{400}').test('x'.repeat(400))).toBe(true)
  })
})
