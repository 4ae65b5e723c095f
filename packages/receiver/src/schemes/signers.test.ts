import { describe, expect, it } from 'vitest'
import { generateV1aKeyPair } from '../keys/ed25519-key.ts'
import { createHexSigner } from './hex-hmac.ts'
import { SCHEMES } from './index.ts'
import { SIGNATURES_MAX } from './standard-signatures.ts'
import { createV1Signer } from './v1.ts'
import { createV1aSigner } from './v1a.ts'

const BODY = Buffer.from('{"type":"order.shipped"}')

describe('signers', () => {
  it('know the answer of RFC 4231, test case 2', () => {
    const signature = createHexSigner('Jefe')(Buffer.from('what do ya want for nothing?'))
    expect(signature).toBe('sha256=5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843')
  })

  it('sign with each secret, in order', () => {
    const secrets = ['whsec_AAAA', 'test-only passphrase']
    const both = createV1Signer(secrets)('evt_1', 1, BODY)
    const each = secrets.map((secret) => createV1Signer([secret])('evt_1', 1, BODY))
    expect(both).toBe(each.join(' '))
  })

  it('sign the bytes of a view, not of the buffer under it', () => {
    const view = new Uint8Array(
      Buffer.concat([Buffer.from('xx'), BODY, Buffer.from('yy')]).buffer.slice(0),
    ).subarray(2)
    const same = Buffer.from(view)
    const { privateKey } = generateV1aKeyPair()
    expect(createHexSigner('s')(view)).toBe(createHexSigner('s')(same))
    expect(createV1Signer(['s'])('evt_1', 1, view)).toBe(createV1Signer(['s'])('evt_1', 1, same))
    expect(createV1aSigner(privateKey)('evt_1', 1, view)).toBe(createV1aSigner(privateKey)('evt_1', 1, same))
  })

  it('refuse to sign with nothing', () => {
    expect(() => createV1Signer([])).toThrow(TypeError)
    expect(() => createV1Signer(['whsec_AAAA', ''])).toThrow(TypeError)
    expect(() => createHexSigner('')).toThrow(TypeError)
    expect(() => createV1aSigner('whsec_AAAA')).toThrow(TypeError)
  })
})

describe('schemes', () => {
  it.each(SCHEMES)('$name decodes no signature of another length, and verifies none', (scheme) => {
    const content = { body: BODY, id: 'evt_1', timestamp: '1' }
    for (const text of ['', 'sha256=', 'A', 'AAAA', '='.repeat(1000), 'sha256=00', '\u{1f511}']) {
      expect(scheme.decodeSignature(text)).toBeNull()
    }
    for (const lengthBytes of [0, 1, 31, 32, 33, 64, 65]) {
      expect(scheme.verifySignatures('whsec_AAAA', content, [new Uint8Array(lengthBytes)])).toBe(false)
    }
  })

  it('look at a limited number of signatures', () => {
    const v1 = SCHEMES[0]
    expect(v1.findSignatures('v1,x '.repeat(1000))).toHaveLength(SIGNATURES_MAX)
  })
})
