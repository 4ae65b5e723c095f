import { createHmac } from 'node:crypto'
import fc from 'fast-check'
import { Webhook } from 'standardwebhooks'
import { describe, expect, it } from 'vitest'
import {
  createV1Signer,
  generateSecret,
  verify,
  WEBHOOK_ID_HEADER,
  WEBHOOK_SIGNATURE_HEADER,
  WEBHOOK_TIMESTAMP_HEADER,
} from '../src/index.ts'
import { bodyOf, isRightlySigned, VECTORS, type Vector } from './vectors.ts'

// The reference library reads its own clock, so these tests sign for the present moment.
const NOW = Math.floor(Date.now() / 1000)
const ID = 'evt_oracle'

const jsonBodies = fc
  .tuple(fc.string({ unit: 'binary' }), fc.jsonValue())
  .map(([type, data]) => JSON.stringify({ type, data }))
const base64Like = fc.string({ unit: fc.constantFrom(...Array.from('ABCabc0129+/=-_ é\n')) })
const whsecSecrets = fc.oneof(
  fc
    .uint8Array({ minLength: 1, maxLength: 80 })
    .map((bytes) => `whsec_${Buffer.from(bytes).toString('base64')}`),
  base64Like.map((text) => `whsec_${text}`),
)
const otherSecrets = fc
  .string({ unit: 'grapheme', minLength: 1 })
  .filter((text) => text.trim() !== '' && !text.startsWith('whsec_'))

/** The reference library for a secret, keyed as our rule says; it has no rule of its own for secrets that do not decode. */
function oracleOf(secret: string): Webhook {
  if (secret.startsWith('whsec_')) {
    try {
      return new Webhook(secret)
    } catch {
      // fall through to the literal bytes
    }
  }
  return new Webhook(Buffer.from(secret, 'utf8'), { format: 'raw' })
}

function headersOf(signature: string, timestamp = String(NOW)): Record<string, string> {
  return {
    [WEBHOOK_ID_HEADER]: ID,
    [WEBHOOK_TIMESTAMP_HEADER]: timestamp,
    [WEBHOOK_SIGNATURE_HEADER]: signature,
  }
}

describe('npm standardwebhooks as the oracle of v1', () => {
  it('verifies what we sign', () => {
    fc.assert(
      fc.property(fc.oneof(whsecSecrets, otherSecrets), jsonBodies, (secret, body) => {
        const signature = createV1Signer([secret])(ID, NOW, Buffer.from(body))
        expect(oracleOf(secret).verify(body, headersOf(signature))).toEqual(JSON.parse(body))
      }),
    )
  })

  it('signs what we verify', () => {
    fc.assert(
      fc.property(fc.oneof(whsecSecrets, otherSecrets), jsonBodies, (secret, body) => {
        const signature = oracleOf(secret).sign(ID, new Date(NOW * 1000), body)
        const result = verify({ body, headers: headersOf(signature) }, { secret, now: () => NOW })
        expect(result).toEqual({ ok: true, scheme: 'v1', id: ID, timestamp: NOW, event: JSON.parse(body) })
      }),
    )
  })

  it('signs the same, byte for byte, also bodies that are not JSON', () => {
    fc.assert(
      fc.property(whsecSecrets, fc.string({ unit: 'binary' }), (secret, body) => {
        const expected = oracleOf(secret).sign(ID, new Date(NOW * 1000), body)
        expect(createV1Signer([secret])(ID, NOW, Buffer.from(body))).toBe(expected)
      }),
    )
  })

  it('derives the same key from every base64 part that it accepts', () => {
    fc.assert(
      fc.property(base64Like, (text) => {
        const secret = `whsec_${text}`
        let expected: string
        try {
          expected = new Webhook(secret).sign(ID, new Date(0), 'body')
        } catch {
          expected = `v1,${createHmac('sha256', Buffer.from(secret)).update(`${ID}.0.body`).digest('base64')}`
        }
        expect(createV1Signer([secret])(ID, 0, Buffer.from('body'))).toBe(expected)
      }),
      { numRuns: 2000 },
    )
  })

  it('accepts either signature of a rotation', () => {
    const secrets = [generateSecret(), generateSecret()]
    const signature = createV1Signer(secrets)(ID, NOW, Buffer.from('{}'))
    for (const secret of secrets) expect(new Webhook(secret).verify('{}', headersOf(signature))).toEqual({})
  })

  it('refuses every one-character change of a signature, and so do we', () => {
    fc.assert(
      fc.property(fc.nat(46), fc.constantFrom(...Array.from('Aaz09+/=, ')), (position, character) => {
        const secret = 'whsec_dGVzdC1rZXktb25seS1ub3QtYS1yZWFsLXNlY3JldCE='
        const body = '{"type":"order.shipped"}'
        const right = createV1Signer([secret])(ID, NOW, Buffer.from(body))
        const changed = right.slice(0, position) + character + right.slice(position + 1)
        fc.pre(changed !== right)
        expect(() => new Webhook(secret).verify(body, headersOf(changed))).toThrow(/signature|header/i)
        expect(verify({ body, headers: headersOf(changed) }, { secret, now: () => NOW }).ok).toBe(false)
      }),
      { numRuns: 300 },
    )
  })

  it('sees the same signatures as the v1 vectors do', () => {
    const checked = VECTORS.filter(isForOracle)
    expect(checked.length).toBeGreaterThan(25)
    for (const vector of checked) {
      const accepted = vector.secrets.some((secret) => oracleAccepts(secret, vector))
      expect([vector.name, accepted]).toEqual([vector.name, isRightlySigned(vector)])
    }
  })
})

/** Text bodies (the library decodes bytes as UTF-8 before it signs) whose headers hold all three values. */
function isForOracle(vector: Vector): boolean {
  const headerIsAtFault = !vector.expect.ok && vector.expect.reason === 'malformed_header'
  return (
    vector.name.startsWith('v1: ') &&
    vector.body !== undefined &&
    !headerIsAtFault &&
    Object.keys(vector.headers).length >= 3
  )
}

/** Compares with the signature that the library makes for the vector's time, as `verify` has a clock of its own. */
function oracleAccepts(secret: string, vector: Vector): boolean {
  const headers = new Map(Object.entries(vector.headers).map(([name, value]) => [name.toLowerCase(), value]))
  const time = new Date(Number(headers.get(WEBHOOK_TIMESTAMP_HEADER)) * 1000)
  if (Number.isNaN(time.getTime())) return isRightlySigned(vector)
  const expected = oracleOf(secret).sign(
    headers.get(WEBHOOK_ID_HEADER) ?? '',
    time,
    bodyOf(vector).toString('utf8'),
  )
  const given = (headers.get(WEBHOOK_SIGNATURE_HEADER) ?? '').split(/,? /)
  return given.includes(expected)
}
