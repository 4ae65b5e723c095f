import { describe, expect, it } from 'vitest'
import { notSentReport } from '../core/attempt.ts'
import { NETWORK_ERRORS } from '../net/network-errors.ts'
import { ATTEMPT_ERRORS } from './attempt-errors.ts'
import { classifyStatus } from './classify-status.ts'
import { reportOf } from './report.ts'

const STATUSES: [string, number, Record<string, string>, string][] = [
  [
    'redirect_not_followed',
    308,
    { location: 'https://www.example.com/hook' },
    'Your server redirects to https://www.example.com/hook (308). Redirects are never followed: change the URL.',
  ],
  ['redirect_not_followed', 304, {}, 'Your server answered with a redirect status (304) and no address.'],
  ['http_client_error', 400, {}, 'Your server refused the request (400 Bad Request).'],
  ['http_client_error', 401, {}, 'Your server refused the signature or credentials (401).'],
  ['http_client_error', 403, {}, 'Your server refused the signature or credentials (403).'],
  ['http_client_error', 404, {}, 'Your server has nothing at this path (404).'],
  ['http_client_error', 499, {}, 'Your server refused the request (499).'],
  ['gone', 410, {}, 'Your server said that this endpoint is gone for good (410).'],
  ['rate_limited', 429, {}, 'Your server asks for fewer requests (429).'],
  ['http_server_error', 500, {}, 'Your server failed (500 Internal Server Error).'],
  ['http_server_error', 599, {}, 'Your server failed (599).'],
  ['http_unexpected_status', 600, {}, 'Your server answered 600, which is not a status that HTTP defines.'],
]

describe('classifyStatus', () => {
  it.each(STATUSES)('%s: %i', (code, status, headers, message) => {
    expect(classifyStatus(status, headers)).toEqual({ code, message })
  })

  it.each([200, 201, 202, 204, 226, 299])('%i is success', (status) => {
    expect(classifyStatus(status, {})).toBeNull()
  })

  it('shows a location as plain text of bounded length', () => {
    const location = `https://example.com/\u001b[31m${'a'.repeat(5_000)}`
    const message = classifyStatus(302, { location })?.message ?? ''
    expect(message).toContain('https://example.com/?[31maaa')
    expect(message.length).toBeLessThan(400)
  })
})

const malformedReport = reportOf({
  startedAt: 0,
  answer: { status: 204, headers: {}, fault: 'it is folded', body: () => Buffer.alloc(0) },
  failure: null,
  sends: 1,
  durationMs: 1,
  nowMs: 0,
})

it('what breaks the protocol behind a 2xx status is told beside the success', () => {
  expect(malformedReport).toMatchObject({
    outcome: 'delivered',
    error: {
      code: 'response_malformed',
      message: 'Your server acknowledged (204), but its answer breaks HTTP/1.1: it is folded.',
    },
  })
})

// Codes of mail have a table of their own (smtp-report.test.ts).
it('every code of the table is given to something, and nothing has a code beside the table', () => {
  const given = new Set([...Object.keys(NETWORK_ERRORS), ...STATUSES.map(([code]) => code)])
  given.add(notSentReport(0, 'Nothing left this machine.').error?.code ?? '')
  given.add(malformedReport.error?.code ?? '')
  const listed = Object.keys(ATTEMPT_ERRORS).filter((code) => !code.startsWith('smtp_'))
  expect([...given].sort()).toEqual(listed.sort())
})
