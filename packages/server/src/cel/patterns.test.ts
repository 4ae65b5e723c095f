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

  it('refuses what it cannot read, and what takes too many steps', () => {
    const patterns = createPatterns()
    expect(() => patterns.compile('(')).toThrow('missing closing )')
    expect(() => patterns.compile(String.raw`\p{Greek}`)).toThrow('invalid escape sequence')
    expect(() => patterns.compile('x{501}')).toThrow('more than 500 steps')
    expect(patterns.compile('x{400}').test('x'.repeat(400))).toBe(true)
  })
})
