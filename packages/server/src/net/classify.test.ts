import { errors } from 'undici'
import { describe, expect, it } from 'vitest'
import { fieldProblem } from '../core/errors.ts'
import { ConnectError } from '../guard/connect-error.ts'
import { classify, type FailureContext } from './classify.ts'
import {
  ConnectionClosedError,
  DeadlineError,
  RequestInvalidError,
  ResponseHeaderTooLargeError,
  ResponseRefusedError,
} from './failures.ts'
import { NETWORK_ERRORS } from './network-errors.ts'

const context: FailureContext = {
  peer: 'Your server',
  host: 'hooks.example.com',
  stage: 'sent',
  address: '203.0.113.7',
  connectMs: 40.4,
  deadlineMs: 30_000,
  headerBytesMax: 16 * 1024,
}

function coded(code: string, message = 'what the library says'): Error {
  return Object.assign(new Error(message), { code })
}

const FAILURES: [string, Error, Partial<FailureContext>, string][] = [
  [
    'timeout',
    new DeadlineError(),
    {},
    'No complete answer within 30 s. Your server accepted the connection after 40 ms, then sent nothing usable.',
  ],
  [
    'timeout',
    new DeadlineError(),
    { connectMs: null },
    'No complete answer within 30 s. Your server took the request over a connection it had kept open, then sent nothing usable.',
  ],
  [
    'timeout',
    new DeadlineError(),
    { stage: 'securing' },
    'No secure connection within 30 s. Your server accepted the connection, then did not finish the TLS handshake.',
  ],
  [
    'connection_timeout',
    new DeadlineError(),
    { stage: 'connecting' },
    'Connection timeout: 203.0.113.7 did not answer within 30 s.',
  ],
  [
    'dns_failed',
    new DeadlineError(),
    { stage: 'resolving' },
    'hooks.example.com could not be looked up within 30 s.',
  ],
  ['address_denied', new ConnectError('address_denied', 'Denied.'), {}, 'Denied.'],
  ['dns_not_found', new ConnectError('dns_not_found', 'Not there.'), {}, 'Not there.'],
  ['malformed_response', new ResponseRefusedError('sent no end'), {}, 'Your server sent no end.'],
  [
    'response_header_too_large',
    new ResponseHeaderTooLargeError(),
    {},
    'The header of the answer is larger than 16 KiB.',
  ],
  [
    'connection_closed',
    new ConnectionClosedError(),
    {},
    'Your server closed the connection without an answer.',
  ],
  [
    'tls_failed',
    new ConnectionClosedError(),
    { stage: 'securing' },
    'Your server broke off the TLS handshake.',
  ],
  [
    'request_invalid',
    new RequestInvalidError('no header can be named "a b"'),
    {},
    'The request could not be made: no header can be named "a b".',
  ],
  [
    'url_not_allowed',
    fieldProblem('url_not_allowed', 'url', 'it begins with http:; it must begin with https://'),
    {},
    'The URL is not allowed: it begins with http:; it must begin with https://.',
  ],
  ['connection_refused', coded('ECONNREFUSED'), {}, 'Nothing listens at 203.0.113.7 (hooks.example.com).'],
  [
    'connection_unreachable',
    coded('EHOSTUNREACH'),
    {},
    'The network has no way to 203.0.113.7 (EHOSTUNREACH).',
  ],
  [
    'connection_unreachable',
    coded('ENETUNREACH'),
    { address: null },
    'The network has no way to hooks.example.com (ENETUNREACH).',
  ],
  [
    'connection_timeout',
    coded('ETIMEDOUT'),
    { stage: 'connecting' },
    'Connection timeout: 203.0.113.7 did not answer.',
  ],
  ['connection_reset', coded('ETIMEDOUT'), {}, 'The connection to hooks.example.com was lost.'],
  [
    'timeout',
    coded('ETIMEDOUT'),
    { stage: 'securing' },
    'No secure connection within 10 s. Your server accepted the connection, then did not finish the TLS handshake.',
  ],
  ['connection_reset', coded('ECONNRESET'), {}, 'Your server reset the connection before it answered.'],
  ['connection_reset', coded('EPIPE'), { stage: 'connecting' }, 'Your server reset the connection at once.'],
  ['tls_failed', coded('ECONNRESET'), { stage: 'securing' }, 'Your server broke off the TLS handshake.'],
  [
    'connection_closed',
    coded('UND_ERR_SOCKET', 'other side closed'),
    {},
    'Your server closed the connection without an answer.',
  ],
  [
    'tls_failed',
    coded('UND_ERR_SOCKET', 'closed'),
    { stage: 'securing' },
    'Your server broke off the TLS handshake.',
  ],
  [
    'response_header_too_large',
    coded('UND_ERR_HEADERS_OVERFLOW'),
    {},
    'The header of the answer is larger than 16 KiB.',
  ],
  [
    'malformed_response',
    new errors.HTTPParserError('Expected HTTP/'),
    {},
    'What came back is not HTTP/1.1: Expected HTTP/.',
  ],
  [
    'request_invalid',
    coded('UND_ERR_INVALID_ARG', 'invalid header'),
    {},
    'The request could not be made: invalid header.',
  ],
  ['tls_expired', coded('CERT_HAS_EXPIRED'), {}, 'The certificate of hooks.example.com expired.'],
  ['tls_expired', coded('CERT_NOT_YET_VALID'), {}, 'The certificate of hooks.example.com is not valid yet.'],
  [
    'tls_name_mismatch',
    coded('ERR_TLS_CERT_ALTNAME_INVALID'),
    {},
    'The certificate is not for hooks.example.com.',
  ],
  [
    'tls_untrusted',
    coded('UNABLE_TO_VERIFY_LEAF_SIGNATURE'),
    {},
    'The certificate of hooks.example.com cannot be traced to a trusted authority; an intermediate certificate may be missing.',
  ],
  [
    'tls_name_mismatch',
    coded('ERR_SSL_TLSV1_UNRECOGNIZED_NAME'),
    {},
    'The server has no certificate for hooks.example.com, and says so.',
  ],
  [
    'tls_ip_as_name',
    Object.assign(coded('ERR_TLS_CERT_ALTNAME_INVALID'), { cert: { subjectaltname: 'DNS:2001:db8::1' } }),
    { host: '[2001:db8::1]:8443' },
    'The certificate has 2001:db8::1 as a DNS name. An address only counts as an IP address among the alternative names.',
  ],
  [
    'tls_weak_key',
    coded('ERR_SSL_DH_KEY_TOO_SMALL'),
    {},
    'hooks.example.com offers a Diffie-Hellman key that is too short.',
  ],
  [
    'tls_weak_signature',
    coded('ERR_SSL_CA_MD_TOO_WEAK'),
    {},
    'The certificate of hooks.example.com, or an intermediate one, is signed with SHA-1 or MD5.',
  ],
  [
    'tls_untrusted',
    coded('UNSPECIFIED', 'unsupported name constraint type'),
    {},
    'The certificate of hooks.example.com was refused: unsupported name constraint type.',
  ],
  [
    'tls_client_certificate',
    coded('ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED'),
    {},
    'hooks.example.com wants a client certificate, and none is presented. Let it take requests without one.',
  ],
  [
    'tls_client_certificate',
    coded('ERR_SSL_SSLV3_ALERT_BAD_CERTIFICATE'),
    {},
    'hooks.example.com wants a client certificate, and none is presented. Let it take requests without one.',
  ],
  [
    'tls_version',
    coded('ERR_SSL_UNSUPPORTED_PROTOCOL'),
    {},
    'hooks.example.com speaks neither TLS 1.2 nor TLS 1.3. Enable one of them.',
  ],
  [
    'http1_not_offered',
    coded('ERR_SSL_TLSV1_ALERT_NO_APPLICATION_PROTOCOL'),
    {},
    'hooks.example.com does not offer HTTP/1.1, which requests are sent with. Enable it beside HTTP/2.',
  ],
  [
    'tls_failed',
    coded('ERR_SSL_SSL/TLS_ALERT_HANDSHAKE_FAILURE'),
    {},
    'hooks.example.com found nothing it accepts in what was offered, such as a common cipher (ERR_SSL_SSL/TLS_ALERT_HANDSHAKE_FAILURE).',
  ],
  [
    'tls_failed',
    coded('ERR_SSL_BAD_EXTENSION'),
    {},
    'No secure connection to hooks.example.com could be agreed upon (ERR_SSL_BAD_EXTENSION).',
  ],
  [
    'send_failed',
    coded('EWHAT', 'what the library says.'),
    {},
    'The request failed: what the library says (EWHAT).',
  ],
  ['send_failed', new Error('what?'), {}, 'The request failed: what.'],
]

describe('classify', () => {
  it.each(FAILURES)('%s: %s', (code, error, part, message) => {
    expect(classify(error, { ...context, ...part })).toEqual({ code, message })
  })

  it('tells a fault of ours apart, and what of ours it is', () => {
    expect(classify(coded('EMFILE'), context)).toEqual({
      code: 'not_sent',
      message: 'This server has no file descriptors left to open a connection with.',
      fault: { code: 'out_of_descriptors', scope: 'machine' },
    })
  })

  it.each([undefined, null, 'text', { code: 'ECONNRESET' }])('takes %j, whatever it is', (thrown) => {
    expect(classify(thrown, context).code).toBe('send_failed')
  })

  it('names what a wrong certificate is for', () => {
    const subjectaltname = 'DNS:a.example, DNS:b.example, IP Address:192.0.2.1, DNS:d.example'
    const error = Object.assign(coded('ERR_TLS_CERT_ALTNAME_INVALID'), { cert: { subjectaltname } })
    expect(classify(error, context).message).toBe(
      'The certificate is for a.example, b.example, 192.0.2.1, not hooks.example.com.',
    )
  })
})

it('every code of the table is given to something, and nothing has a code beside the table', () => {
  const given = new Set(['not_sent', ...FAILURES.map(([code]) => code)])
  expect([...given].sort()).toEqual(Object.keys(NETWORK_ERRORS).sort())
})
