import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { systemRandom } from '../core/random.ts'
import { generateKey, hashKey, hintOf, issueKey, wellFormed } from './api-key.ts'

describe('an API key', () => {
  it('has the documented form and a checksum that fits', () => {
    const key = generateKey(systemRandom)
    expect(key).toMatch(/^sk_live_[0-9A-Za-z]{38}$/)
    expect(wellFormed(key)).toBe(true)
  })

  it('is the same for the same chance, whatever the machine', () => {
    const zeros = { bytes: (length: number) => Buffer.alloc(length), fraction: () => 0 }
    // crc32('sk_live_' + 32 zeros) = 2283820664 (Python's zlib.crc32), in base62 2UYg5A.
    expect(generateKey(zeros)).toBe(`sk_live_${'0'.repeat(32)}2UYg5A`)
  })

  it('skips the bytes that would favour some characters', () => {
    let calls = 0
    const unfair = {
      bytes: (length: number) => Buffer.alloc(length, calls++ === 0 ? 255 : 61),
      fraction: () => 0,
    }
    expect(generateKey(unfair).slice(8, 40)).toBe('z'.repeat(32))
  })

  it('is refused when any one character is another', () => {
    const key = generateKey(systemRandom)
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: key.length - 1 }),
        fc.constantFrom('0', '9', 'a', 'z', 'A', 'Z', '_'),
        (at, character) => {
          fc.pre(key.charAt(at) !== character)
          expect(wellFormed(key.slice(0, at) + character + key.slice(at + 1))).toBe(false)
        },
      ),
    )
  })

  it.each(['', 'sk_live_', 'sk_test_' + '0'.repeat(38), '0'.repeat(46), 'sk_live_' + '0'.repeat(39)])(
    'is refused when it is %j',
    (text) => expect(wellFormed(text)).toBe(false),
  )

  it('is stored as its SHA-256 and a hint only', () => {
    const { key, row } = issueKey(
      { id: 'key_1', organizationId: 7, name: 'ci', scopes: ['read'], expiresAt: null, now: 5 },
      systemRandom,
    )
    expect(row).toMatchObject({
      hash: hashKey(key),
      hint: hintOf(key),
      organizationId: 7,
      createdAt: 5,
      scopes: ['read'],
    })
    expect(JSON.stringify(row)).not.toContain(key)
    expect(hintOf(key)).toBe(key.slice(0, 12))
  })
})
