import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createSecretBox, keyIdOf, type SecretContext } from './secret-box.ts'

const key = Buffer.alloc(32, 1)
const otherKey = Buffer.alloc(32, 2)
const box = createSecretBox(key)
const context: SecretContext = { organizationId: 1, webhookId: 'webhook_1' }
const secret = 'whsec_c2VjcmV0'

describe('createSecretBox', () => {
  it('opens what it sealed', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 128 }), (text) => {
        expect(box.open(context, box.seal(context, text))).toBe(text)
      }),
    )
  })

  it('writes version, key, iv, and ciphertext with tag', () => {
    const parts = box.seal(context, secret).split('.')
    expect(parts.slice(0, 2)).toEqual(['v1', keyIdOf(key)])
    expect(parts.slice(2).map((part) => Buffer.from(part, 'base64url').length)).toEqual([
      12,
      secret.length + 16,
    ])
  })

  it('never seals twice alike', () => {
    expect(box.seal(context, secret)).not.toBe(box.seal(context, secret))
  })

  it('says when the key does not fit', () => {
    const sealed = createSecretBox(otherKey).seal(context, secret)
    expect(() => box.open(context, sealed)).toThrow(
      `sealed with key ${keyIdOf(otherKey)}, but the key in use is ${keyIdOf(key)}: the data directory's secret.key does not fit`,
    )
  })

  it('does not trust the key id', () => {
    const sealed = createSecretBox(otherKey).seal(context, secret).replace(keyIdOf(otherKey), keyIdOf(key))
    expect(() => box.open(context, sealed)).toThrow('was altered or belongs to another webhook')
  })

  it.each([
    { organizationId: 2, webhookId: 'webhook_1' },
    { organizationId: 1, webhookId: 'webhook_2' },
  ])('does not open for another row: %j', (other) => {
    expect(() => box.open(other, box.seal(context, secret))).toThrow(
      'was altered or belongs to another webhook',
    )
  })

  it('does not open when a bit was turned, wherever', () => {
    const [version, keyId, ...parts] = box.seal(context, secret).split('.')
    for (const [index, part] of parts.entries()) {
      const bytes = Buffer.from(part, 'base64url')
      for (let at = 0; at < bytes.length; at++) {
        const turned = Buffer.from(bytes)
        turned.writeUInt8(turned.readUInt8(at) ^ 1, at)
        const sealed = [version, keyId, ...parts.with(index, turned.toString('base64url'))].join('.')
        expect(() => box.open(context, sealed)).toThrow('was altered')
      }
    }
  })

  it.each([
    '',
    'v1',
    'plain text',
    'v2.aaaaaaaa.AAAAAAAAAAAAAAAA.AAAAAAAAAAAAAAAAAAAAAAAA',
    'v1.aaaaaaaa.AAAA.AAAAAAAAAAAAAAAAAAAAAAAA',
    'v1.aaaaaaaa.AAAAAAAAAAAAAAAA.AAAA',
  ])('refuses %j as not sealed, without quoting it', (text) => {
    expect(() => box.open(context, text)).toThrow(/^This is not a sealed secret\.$/)
  })

  it.each([0, 16, 31, 33])('refuses a key of %i bytes', (length) => {
    expect(() => createSecretBox(Buffer.alloc(length))).toThrow(RangeError)
  })
})
