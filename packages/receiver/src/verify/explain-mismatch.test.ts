import { describe, expect, it } from 'vitest'
import { createHexSigner } from '../schemes/hex-hmac.ts'
import { signFixture } from '../testing.ts'
import { EXPLAIN_BODY_BYTES_MAX } from './explain-mismatch.ts'
import type { Refused } from './result.ts'
import { verify } from './verify.ts'

const SECRET = 'whsec_dGVzdC1rZXktb25seS1ub3QtYS1yZWFsLXNlY3JldCE='

/** What a receiver hears that was sent one text and verifies another. */
function refusalOf(
  sent: string,
  verified: string,
  secret = SECRET,
  more: Record<string, string> = {},
): Refused {
  const headers = { 'X-SVS-Signature': createHexSigner(SECRET)(Buffer.from(sent)), ...more }
  const result = verify({ body: verified, headers }, { secret })
  if (result.ok) throw new Error('The request was accepted.')
  return result
}

const VALUE = {
  event: 'validation.failed',
  data: { url: 'https://a.example/<b>&c', note: 'größe 🔑\u007f\u2028', list: [1, [], {}] },
}
const COMPACT = JSON.stringify(VALUE)

describe('a body written anew', () => {
  // What other languages' JSON writers made of VALUE, copied from their output where an escape is at stake.
  const SENT: [string, string][] = [
    ['compact', COMPACT],
    ['indented by two', JSON.stringify(VALUE, null, 2)],
    ['indented by four', JSON.stringify(VALUE, null, 4)],
    [
      'json.dumps',
      '{"event": "validation.failed", "data": {"url": "https://a.example/<b>&c", "note": "gr\\u00f6\\u00dfe \\ud83d\\udd11\\u007f\\u2028", "list": [1, [], {}]}}',
    ],
    [
      'json.dumps without ASCII',
      '{"event": "validation.failed", "data": {"url": "https://a.example/<b>&c", "note": "größe 🔑\u007f\u2028", "list": [1, [], {}]}}',
    ],
    [
      'compact json.dumps',
      '{"event":"validation.failed","data":{"url":"https://a.example/<b>&c","note":"gr\\u00f6\\u00dfe \\ud83d\\udd11\\u007f\\u2028","list":[1,[],{}]}}',
    ],
    [
      'Go',
      '{"event":"validation.failed","data":{"url":"https://a.example/\\u003cb\\u003e\\u0026c","note":"größe 🔑\u007f\\u2028","list":[1,[],{}]}}',
    ],
    ['a line feed at the end', `${COMPACT}\n`],
    ['CRLF line ends', JSON.stringify(VALUE, null, 2).replaceAll('\n', '\r\n')],
  ]

  it.each(SENT)('is recognised when %s was sent', (_name, sent) => {
    const verified = sent === COMPACT ? JSON.stringify(VALUE, null, 3) : COMPACT
    const layout = sent.includes('\r\n') ? sent.replaceAll('\r\n', '\n') : verified
    expect(refusalOf(sent, layout)).toMatchObject({ reason: 'body_reserialized' })
  })

  it('is recognised with escaped slashes', () => {
    expect(
      refusalOf(
        '{"event":"x","url":"https:\\/\\/a.example\\/\\u00e9"}',
        '{"event":"x","url":"https://a.example/é"}',
      ),
    ).toMatchObject({
      reason: 'body_reserialized',
    })
  })

  it('is recognised without its byte order mark', () => {
    expect(refusalOf(COMPACT, `\uFEFF${COMPACT}`)).toMatchObject({ reason: 'body_reserialized' })
  })

  it('is not looked for beyond a length', () => {
    const long = { event: 'x', data: 'y'.repeat(EXPLAIN_BODY_BYTES_MAX) }
    expect(refusalOf(JSON.stringify(long), JSON.stringify(long, null, 2)).reason).toBe(
      'wrong_secret_or_body_changed',
    )
  })

  it.each(['['.repeat(60_000), `${'['.repeat(30_000)}${']'.repeat(30_000)}`, '{"a":'.repeat(10_000)])(
    'is not looked for in nesting that would grow without bound',
    (nested) => {
      expect(refusalOf(COMPACT, nested).reason).toBe('wrong_secret_or_body_changed')
    },
  )
})

describe('a wrong secret', () => {
  it.each([
    ['white space', `${SECRET}\r\n`, /white space/],
    ['quotation marks', `'${SECRET}'`, /quotation marks/],
    ['the prefix left off', SECRET.slice(6), /copied without it/],
    ['the prefix put before', `whsec_${SECRET}`, /taken off/],
  ])('is named when the mistake is %s', (_name, secret, detail) => {
    const refusal = refusalOf(COMPACT, COMPACT, secret)
    expect(refusal.reason).toBe('wrong_secret')
    expect(refusal.detail).toMatch(detail)
  })

  it('is the likelier cause when the body looks whole', () => {
    const refusal = refusalOf(COMPACT, COMPACT, 'test-only other secret', {
      'content-length': String(Buffer.byteLength(COMPACT)),
    })
    expect(refusal.reason).toBe('wrong_secret_or_body_changed')
    expect(refusal.detail).toMatch(/^Most likely the secret is wrong.*announced length/)
  })

  it('is not blamed first when the body is no JSON', () => {
    expect(refusalOf(COMPACT, '[object Object]', 'test-only other secret').detail).toMatch(
      /^The body does not begin/,
    )
  })
})

describe('a changed body', () => {
  it('is proved by the announced length', () => {
    const headers = { 'content-length': String(COMPACT.length + 100) }
    expect(refusalOf(COMPACT, COMPACT, 'test-only other secret', headers).reason).toBe('body_changed')
  })

  it('is not proved by a length that is no number', () => {
    const refusal = refusalOf(COMPACT, '{}', SECRET, { 'content-length': 'chunked' })
    expect(refusal.reason).toBe('wrong_secret_or_body_changed')
  })
})

describe('a changed id', () => {
  it('is proved by a legacy header that matches', () => {
    const headers = signFixture({
      secret: SECRET,
      body: COMPACT,
      id: 'evt_1',
      timestamp: 1,
      dialect: 'validgraph',
    })
    const result = verify(
      { body: COMPACT, headers: { ...headers, 'webhook-id': 'evt_2' } },
      { secret: SECRET, now: () => 1 },
    )
    expect(result).toMatchObject({ ok: false, reason: 'id_or_timestamp_changed' })
  })
})
