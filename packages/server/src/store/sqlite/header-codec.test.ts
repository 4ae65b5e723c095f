import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { decodeHeaders, encodeHeaders } from './header-codec.ts'

const context = { eventId: `evt_${'0'.repeat(31)}1`, startedAt: Date.UTC(2026, 0, 2, 3, 4, 5, 678) }

function roundTrip(headers: Record<string, string>): Record<string, string> {
  return decodeHeaders(encodeHeaders(headers, context), context)
}

describe('header codec', () => {
  test('what every delivery sends takes a few bytes', () => {
    const headers = {
      'content-type': 'application/json',
      'user-agent': 'Sealpost/0.1.0',
      'accept-encoding': 'identity',
      'webhook-id': context.eventId,
      'webhook-timestamp': '1767323045',
      'webhook-signature': 'v1,…',
      'x-validibot-signature': 'sha256=…',
    }
    expect(encodeHeaders(headers, context)).toHaveLength(27)
    expect(roundTrip(headers)).toEqual(headers)
  })

  test('a date near the attempt is a number of seconds', () => {
    const headers = { date: 'Fri, 02 Jan 2026 03:04:07 GMT' }
    expect(encodeHeaders(headers, context)).toBe('~2')
    expect(roundTrip(headers)).toEqual(headers)
  })

  test.each([
    [{}],
    [{ date: 'yesterday' }],
    [{ date: '2026-01-02' }],
    [{ date: 'Fri, 02 Jan 2026 03:04:05 GMT ' }],
    [{ 'webhook-id': 'evt_other', 'webhook-timestamp': '1767323046' }],
    [{ etag: '', 'x-empty': '' }],
    [{ 'x-colon': 'a:b:c' }],
    [{ 'x-lines': 'a\nb' }],
    [{ 'a:b': 'c' }],
    [{ '': 'nameless' }],
    [{ Date: 'Fri, 02 Jan 2026 03:04:07 GMT', 'Content-Type': 'application/json' }],
    [{ '{': '}' }],
    [JSON.parse('{"__proto__": "kept"}') as Record<string, string>],
  ])('%j comes back as it was', (headers) => {
    expect(Object.entries(roundTrip(headers))).toEqual(Object.entries(headers))
  })

  test('any headers come back as they were', () => {
    const name = fc.oneof(
      fc.constantFrom('date', 'content-type', 'webhook-id', 'x-a', '@', '~', 'A'),
      fc.string(),
    )
    const value = fc.oneof(fc.constantFrom('application/json', context.eventId, '~1', '#', '\n'), fc.string())
    fc.assert(
      fc.property(fc.dictionary(name, value, { noNullPrototype: true }), (headers) => {
        expect(Object.entries(roundTrip(headers))).toEqual(Object.entries(headers))
      }),
    )
  })

  test('the headers of attempts at any time come back, one attempt after the other', () => {
    // Often the same second as the answer before, whose date is remembered.
    const second = fc.oneof(
      fc.constantFrom(0, 1, 1_767_323_045),
      fc.integer({ min: -62_135_596_800, max: 253_402_300_799 }),
    )
    const date = second.map((at) => new Date(at * 1_000).toUTCString())
    const odd = fc.constantFrom('Invalid Date', '~NaN', '0', 'NaN', 'a\rb', 'nul\0', '{}', '…')
    const value = fc.oneof(date, odd, fc.string({ unit: 'binary' }))
    const name = fc.oneof(
      fc.constantFrom('date', 'Date', 'webhook-timestamp', 'server', 'constructor', '__proto__', '0', '{'),
      fc.string({ unit: 'binary' }),
    )
    const headers = fc.array(fc.tuple(name, value)).map((pairs) => Object.fromEntries(pairs))
    const attempt = fc.record({ headers, startedAt: second.map((at) => at * 1_000 + 678) })
    fc.assert(
      fc.property(fc.array(attempt), (attempts) => {
        for (const { headers: sent, startedAt } of attempts) {
          const at = { ...context, startedAt }
          const back = decodeHeaders(encodeHeaders(sent, at), at)
          expect(Object.entries(back)).toEqual(Object.entries(sent))
        }
      }),
    )
  })
})
