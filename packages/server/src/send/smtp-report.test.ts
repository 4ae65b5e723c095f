import { describe, expect, it } from 'vitest'
import { LIMITS } from '../core/limits.ts'
import { ConnectError } from '../guard/connect-error.ts'
import { DeadlineError } from '../net/failures.ts'
import { ATTEMPT_ERRORS } from './attempt-errors.ts'
import { failureOf, outcomeOf } from './smtp-report.ts'

const CONTEXT = {
  peer: 'The mail server',
  host: 'mail.example.com',
  stage: 'sent',
  address: '192.0.2.1',
  connectMs: 3,
  deadlineMs: 30_000,
  headerBytesMax: 1_024,
} as const

const thrown = (fields: object) => Object.assign(new Error('as the library words it'), fields)

const FAILURES: [code: string, error: unknown, statusCode: number | null, message: string][] = [
  [
    'smtp_try_later',
    thrown({ code: 'EMESSAGE', responseCode: 451, response: '451 4.7.1 Greylisted' }),
    451,
    'The mail server does not take the message now (451 4.7.1 Greylisted).',
  ],
  [
    'smtp_try_later',
    thrown({ code: 'EAUTH', responseCode: 454, response: '454 not now, us@er' }),
    454,
    'The mail server does not take the message now (454).',
  ],
  [
    'smtp_refused',
    thrown({ code: 'EENVELOPE', responseCode: 550, response: '550 no such \u001b[31muser' }),
    550,
    'The mail server refused the message (550 no such ?[31muser).',
  ],
  ['smtp_refused', thrown({ code: 'EMESSAGE' }), null, 'The message is larger than the mail server takes.'],
  [
    'smtp_login_refused',
    thrown({ code: 'EAUTH', responseCode: 535, response: '535 us@er is wrong' }),
    535,
    'The mail server refused the user name and password (535). An operator has to look into the setting smtp_url.',
  ],
  [
    'smtp_not_secure',
    thrown({ code: 'ETLS', responseCode: 502, response: '502 what?' }),
    502,
    'The mail server does not offer STARTTLS.',
  ],
  [
    'malformed_response',
    thrown({ code: 'EPROTOCOL', responseCode: 250, response: '250 hello' }),
    250,
    'What came back is not an answer of a mail server (250 hello).',
  ],
  [
    'connection_closed',
    thrown({ code: 'ECONNECTION' }),
    null,
    'The mail server closed the connection before it took the message.',
  ],
  ['tls_failed', thrown({ code: 'ETLS' }), null, 'The mail server broke off the TLS handshake.'],
  [
    'connection_reset',
    thrown({ code: 'ESOCKET', originalCode: 'ECONNRESET' }),
    null,
    'The mail server reset the connection before it answered.',
  ],
  [
    'tls_untrusted',
    thrown({ code: 'ESOCKET', originalCode: 'DEPTH_ZERO_SELF_SIGNED_CERT' }),
    null,
    'The certificate of mail.example.com is signed by itself.',
  ],
  ['dns_not_found', new ConnectError('dns_not_found', 'There is none.'), null, 'There is none.'],
  [
    'timeout',
    new DeadlineError(),
    null,
    'No complete answer within 30 s. The mail server accepted the connection after 3 ms, then sent nothing usable.',
  ],
  ['send_failed', null, null, 'The request failed: null.'],
]

describe('a failure', () => {
  it.each(FAILURES)('is %s', (code, error, statusCode, message) => {
    const outcome = failureOf(error, CONTEXT)
    expect(outcome).toMatchObject({ error: { code, message }, statusCode })
    expect(outcome.answer?.toString() ?? '').not.toContain('us@er')
  })

  it.each<[boolean, object]>([
    [true, { code: 'EENVELOPE', command: 'RCPT TO', responseCode: 550 }],
    [true, { code: 'EMESSAGE', command: 'DATA', responseCode: 554 }],
    [true, { code: 'EMESSAGE', command: 'MAIL FROM' }],
    [true, { code: 'EENVELOPE', command: 'MAIL FROM', responseCode: 552 }],
    [false, { code: 'EENVELOPE', command: 'MAIL FROM', responseCode: 550 }],
    [false, { code: 'EENVELOPE', command: 'RCPT TO', responseCode: 421 }],
    [false, { code: 'EAUTH', responseCode: 535 }],
    [false, { code: 'EAUTH', responseCode: 454 }],
    [false, { code: 'EPROTOCOL', command: 'CONN', responseCode: 554 }],
    [false, { code: 'ETLS', responseCode: 502 }],
    [false, { code: 'ESOCKET', originalCode: 'ECONNREFUSED' }],
    [false, { code: 'ESOCKET', originalCode: 'CERT_HAS_EXPIRED' }],
  ])('is the channel’s own: %j of %j', (isTheChannels, fields) => {
    const { error } = failureOf(thrown(fields), CONTEXT)
    const fault = { code: 'mail_relay', scope: 'webhook' }
    expect(error?.fault ?? null).toEqual(isTheChannels ? null : fault)
  })

  it('is the machine’s when that has no descriptors', () => {
    const { error } = failureOf(thrown({ code: 'ESOCKET', originalCode: 'EMFILE' }), CONTEXT)
    expect(error).toMatchObject({ code: 'not_sent', fault: { code: 'out_of_descriptors' } })
  })

  it('has every code of mail', () => {
    const given = new Set(FAILURES.map(([code]) => code).filter((code) => code.startsWith('smtp_')))
    expect([...given].sort()).toEqual(
      Object.keys(ATTEMPT_ERRORS)
        .filter((code) => code.startsWith('smtp_'))
        .sort(),
    )
  })
})

describe('a reply', () => {
  it('delivers, and is kept with whom the server refused for good', () => {
    const refused = [{ address: 'b@example.com', code: 550, reply: '550 unknown' }]
    const outcome = outcomeOf({ text: '250 2.0.0 queued', refused })
    expect(outcome).toMatchObject({ error: null, statusCode: 250 })
    expect(outcome.answer?.toString()).toBe('250 2.0.0 queued\nb@example.com: 550 unknown')
  })

  it('fails for a recipient that is refused for now, or with no code', () => {
    for (const code of [450, 0]) {
      const refused = [{ address: 'b@example.com', code, reply: '450 later' }]
      expect(outcomeOf({ text: '250 ok', refused })).toMatchObject({
        error: { code: 'smtp_try_later', message: expect.stringContaining('b@example.com') },
        statusCode: code === 0 ? null : code,
      })
    }
  })

  it('is kept within bounds', () => {
    const { answer } = outcomeOf({ text: `250 ${'a'.repeat(100_000)}`, refused: [] })
    expect(answer?.length).toBe(LIMITS.responseBytesKept)
  })
})
