import fc from 'fast-check'
import { runInNewContext } from 'node:vm'
import { describe, expect, it } from 'vitest'
import { signFixture } from '../testing.ts'
import type { VerifyOptions } from './options.ts'
import { REFUSAL_REASONS } from './result.ts'
import { verify, type WebhookRequest } from './verify.ts'

const SECRET = 'whsec_dGVzdC1rZXktb25seS1ub3QtYS1yZWFsLXNlY3JldCE='
const NOW = 1_760_000_000
const BODY = '{"type":"order.shipped","timestamp":"2025-10-09T08:53:20Z","data":{"order":"A-1"}}'
const HEADERS = signFixture({ secret: SECRET, body: BODY, id: 'evt_1', timestamp: NOW, dialect: 'standard' })
const OPTIONS = { secret: SECRET, now: () => NOW }

function reasonOf(request: unknown, options: unknown = OPTIONS): string {
  const result = verify(request as WebhookRequest, options as VerifyOptions)
  return result.ok ? 'accepted' : result.reason
}

describe('verify', () => {
  it('tells scheme, id, time and event', () => {
    expect(verify({ body: BODY, headers: HEADERS }, OPTIONS)).toEqual({
      ok: true,
      scheme: 'v1',
      id: 'evt_1',
      timestamp: NOW,
      event: JSON.parse(BODY) as unknown,
    })
  })

  it('tells no id and no time where they are not signed', () => {
    const body = '{"event":"webhook.test","timestamp":"2025-10-09T08:53:20Z","data":{}}'
    const headers = signFixture({ secret: SECRET, body, dialect: 'validgraph', timestamp: NOW })
    const result = verify({ body, headers }, { ...OPTIONS, schemes: ['svs'] })
    expect(result).toMatchObject({ ok: true, scheme: 'svs', id: null, timestamp: null })
  })

  it.each([
    ['text', BODY],
    ['a Buffer', Buffer.from(BODY)],
    ['a Uint8Array', new TextEncoder().encode(BODY)],
    ['a view into more', Buffer.from(`xx${BODY}yy`).subarray(2, -2)],
    ['an ArrayBuffer', new TextEncoder().encode(BODY).buffer],
    [
      'bytes of another realm',
      runInNewContext('Uint8Array.from(bytes)', { bytes: Array.from(Buffer.from(BODY)) }) as Uint8Array,
    ],
  ])('takes the body as %s', (_name, body) => {
    expect(reasonOf({ body, headers: HEADERS })).toBe('accepted')
  })

  it.each([
    ['an object', JSON.parse(BODY), 'body_parsed'],
    ['a list', [1], 'body_parsed'],
    ['a number', 7, 'body_parsed'],
    ['undefined', undefined, 'body_missing'],
    ['null', null, 'body_missing'],
  ])('does not take the body as %s', (_name, body, reason) => {
    expect(reasonOf({ body, headers: HEADERS })).toBe(reason)
  })

  it.each([
    ['no secret', {}],
    ['an unset variable', { secret: undefined, secrets: [undefined, ''] }],
    ['a negative tolerance', { ...OPTIONS, toleranceSeconds: -1 }],
    ['a tolerance that is no number', { ...OPTIONS, toleranceSeconds: Number.NaN }],
    ['too many secrets', { secrets: Array.from({ length: 17 }, (_, index) => `test-only ${index}`) }],
  ])('refuses %s as an option', (_name, options) => {
    expect(reasonOf({ body: BODY, headers: HEADERS }, options)).toBe('invalid_options')
  })

  it('lets nothing pass when the clock answers nonsense', () => {
    expect(reasonOf({ body: BODY, headers: HEADERS }, { ...OPTIONS, now: () => Number.NaN })).toMatch(
      /^timestamp_/,
    )
  })

  it('can be told not to look at the clock', () => {
    const options = { ...OPTIONS, now: () => 0, toleranceSeconds: Infinity }
    expect(reasonOf({ body: BODY, headers: HEADERS }, options)).toBe('accepted')
  })

  it('turns what request and options throw into a reason', () => {
    const hostile = new Proxy(
      {},
      {
        get: () => {
          throw new Error('no')
        },
        ownKeys: () => {
          throw new Error('no')
        },
      },
    )
    for (const request of [hostile, { body: BODY, headers: hostile }, undefined]) {
      expect(reasonOf(request)).toBe('unreadable_request')
    }
    expect(reasonOf({ body: BODY, headers: HEADERS }, null)).toBe('unreadable_request')
  })
})

describe('verify, on any input', () => {
  const names = fc.constantFrom(
    'webhook-id',
    'Webhook-Timestamp',
    'webhook-signature',
    'X-SVS-Signature',
    'x-validibot-signature',
    'content-length',
  )
  const values = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.string().map((text) => `v1,${text}`),
    fc.base64String().map((text) => `v1a,${text} v1,${text}`),
    fc
      .string({ unit: fc.constantFrom(...Array.from('0123456789abcdef')), maxLength: 80 })
      .map((text) => `sha256=${text}`),
    fc.constant(String(NOW)),
    fc.anything(),
  )
  const headers = fc.oneof(fc.dictionary(names, values), fc.array(fc.tuple(names, values)), fc.anything())
  const bodies = fc.oneof(fc.json(), fc.uint8Array(), fc.anything())

  it('answers with a known reason, and never accepts what was not signed', () => {
    fc.assert(
      fc.property(bodies, headers, (body, given) => {
        expect(REFUSAL_REASONS).toContain(reasonOf({ body, headers: given }))
      }),
      { numRuns: 1000 },
    )
  })

  it('answers with a known reason whatever the options are', () => {
    const key = fc.oneof(fc.string(), fc.anything())
    const options = fc.oneof(
      fc.anything(),
      fc.record(
        { secret: key, secrets: fc.array(key), publicKey: key, toleranceSeconds: key, schemes: key },
        { requiredKeys: [] },
      ),
    )
    fc.assert(
      fc.property(options, (given) => {
        expect(REFUSAL_REASONS).toContain(
          reasonOf({ body: BODY, headers: { 'webhook-signature': 'v1,x' } }, given),
        )
      }),
    )
  })

  it('refuses every changed byte of the body', () => {
    fc.assert(
      fc.property(fc.nat(BODY.length - 1), fc.integer({ min: 1, max: 255 }), (position, change) => {
        const body = Buffer.from(BODY)
        body[position] = body[position]! ^ change
        expect(reasonOf({ body, headers: HEADERS })).not.toBe('accepted')
      }),
    )
  })

  it('names no secret and no signature in its detail', () => {
    const wrong = { secret: 'test-only wrong secret', now: () => NOW }
    const result = verify({ body: BODY, headers: HEADERS }, wrong)
    expect(result).toMatchObject({ ok: false, reason: 'wrong_secret_or_body_changed' })
    const detail = 'detail' in result ? result.detail : ''
    expect(detail).not.toContain(wrong.secret)
    expect(detail).not.toContain(HEADERS['webhook-signature']?.slice(3))
  })
})
