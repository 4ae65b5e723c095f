import { describe, expect, it } from 'vitest'
import { isName, isSlug } from './organization.ts'

describe('a slug', () => {
  it.each(['a', 'my-org', '1a', '2-2', 'a'.repeat(64)])('"%s" is one', (text) => {
    expect(isSlug(text)).toBe(true)
  })

  it.each(['', '7', '123', '-a', 'a-', 'a--b', 'A', 'a_b', 'a\n', 'ä', 'a'.repeat(65)])(
    '"%s" is none',
    (text) => {
      expect(isSlug(text)).toBe(false)
    },
  )
})

describe('a name', () => {
  it.each(['a', 'Ä & Ö, 株式会社', '👩‍💻', 'a'.repeat(200)])('"%s" is one', (text) => {
    expect(isName(text)).toBe(true)
  })

  it.each(['', 'a\tb', 'a\n', '\u001b[31mred', '\u007f', '\u009b31m', 'a'.repeat(201)])(
    '%j is none',
    (text) => {
      expect(isName(text)).toBe(false)
    },
  )
})
