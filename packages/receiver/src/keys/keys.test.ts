import { createPublicKey } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { decodeCanonicalBase64, decodeSecretBase64 } from './base64.ts'
import { generateV1aKeyPair, readV1aPrivateKey, readV1aPublicKey } from './ed25519-key.ts'
import { generateSecret, literalKey, v1Key } from './secret-key.ts'

describe('decodeSecretBase64', () => {
  it.each([
    ['AAAA', 3],
    ['AAAAAA==', 4],
    ['AAAAAA', 4],
    ['AAAAAAA', 5],
    ['AAAAAAA=', 5],
    ['AB==', 1],
    ['AAAA==', 3],
    ['AAAA!', 3],
  ])('decodes %s as the reference library does', (text, lengthBytes) => {
    expect(decodeSecretBase64(text)?.length).toBe(lengthBytes)
  })

  it.each(['', 'A', 'AB', 'ABC', 'A==', 'A===', '====', 'AA-_', 'AA A', 'AAA\n=', '1a2b3c4d5e6f...'])(
    'does not decode %j',
    (text) => {
      expect(decodeSecretBase64(text)).toBeNull()
    },
  )
})

describe('decodeCanonicalBase64', () => {
  it('takes one spelling of the bytes only', () => {
    expect(decodeCanonicalBase64('AA==')).toEqual(Buffer.from([0]))
    for (const other of ['AB==', 'AA', 'AA=', 'AA==\n', ' AA==', 'A-=='])
      expect(decodeCanonicalBase64(other)).toBeNull()
  })
})

describe('secrets', () => {
  it('are generated as whsec_ and 32 bytes, never twice the same', () => {
    const secret = generateSecret()
    expect(secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/)
    expect(v1Key(secret).symmetricKeySize).toBe(32)
    expect(generateSecret()).not.toBe(secret)
  })

  it('are literal for the legacy schemes', () => {
    expect(literalKey('whsec_AAAA').export()).toEqual(Buffer.from('whsec_AAAA'))
    expect(literalKey('é').export()).toEqual(Buffer.from([0xc3, 0xa9]))
  })

  it('are refused when empty', () => {
    expect(() => literalKey('')).toThrow(TypeError)
    expect(() => v1Key('')).toThrow(TypeError)
    expect(() => v1Key(undefined as never)).toThrow(TypeError)
  })
})

describe('v1a keys', () => {
  const pair = generateV1aKeyPair()
  const bytes = Buffer.from(pair.privateKey.slice(5), 'base64')

  it('come in pairs', () => {
    expect(bytes.length).toBe(64)
    const derived = createPublicKey(readV1aPrivateKey(pair.privateKey)).export({ format: 'jwk' })
    expect(readV1aPublicKey(pair.publicKey)?.export({ format: 'jwk' })).toEqual(derived)
  })

  it('are read from the seed alone as well', () => {
    const seedOnly = `whsk_${bytes.subarray(0, 32).toString('base64')}`
    expect(readV1aPrivateKey(seedOnly).equals(readV1aPrivateKey(pair.privateKey))).toBe(true)
  })

  it('are refused when the halves do not belong together', () => {
    const other = Buffer.from(generateV1aKeyPair().privateKey.slice(5), 'base64')
    const mixed = Buffer.concat([bytes.subarray(0, 32), other.subarray(32)])
    expect(() => readV1aPrivateKey(`whsk_${mixed.toString('base64')}`)).toThrow(/does not belong/)
  })

  it.each(['', 'whsk_', 'whsk_AAAA', pair.publicKey, pair.privateKey.slice(0, -1), pair.privateKey.slice(5)])(
    'are refused as private key: %j',
    (text) => {
      expect(() => readV1aPrivateKey(text)).toThrow(TypeError)
    },
  )

  it.each(['', 'whpk_', 'whpk_AAAA', pair.privateKey, pair.publicKey.slice(0, -1)])(
    'are refused as public key: %j',
    (text) => {
      expect(readV1aPublicKey(text)).toBeNull()
    },
  )
})
