import { STATUS_CODES } from 'node:http'
import { errors } from 'undici'
import type { AttemptError } from '../core/attempt.ts'
import { Problem } from '../core/errors.ts'
import { SECOND_MS } from '../core/time.ts'
import type { AttemptErrorCode } from './attempt-errors.ts'
import { errorCode } from './error-code.ts'
import { DeadlineError, ResponseRefusedError, type AttemptStage } from './failures.ts'
import { ConnectError } from './guard/connect-error.ts'

/** What is known when an attempt fails without an answer. */
export interface FailureContext {
  /** `host` or `host:port` of the URL. */
  host: string
  stage: AttemptStage
  /** The address that was being connected to, once there is one. */
  address: string | null
  /** How long the connection took to be made; null when it was not, or was there before. */
  connectMs: number | null
  deadlineMs: number
}

const LOCATION_CHARACTERS_MAX = 200

/** What a final status means: null for 2xx, which is success whatever follows it. */
export function classifyStatus(
  status: number,
  headers: Readonly<Record<string, string>>,
): AttemptError | null {
  if (status >= 200 && status < 300) return null
  if (status >= 300 && status < 400)
    return made('redirect_not_followed', redirectMessage(status, headers['location']))
  if (status === 410) return made('gone', 'Your server said that this endpoint is gone for good (410).')
  if (status === 429) return made('rate_limited', 'Your server asks for fewer requests (429).')
  if (status === 401 || status === 403) {
    return made('http_client_error', `Your server refused the signature or credentials (${status}).`)
  }
  if (status === 404) return made('http_client_error', 'Your server has nothing at this path (404).')
  if (status >= 400 && status < 500) {
    return made('http_client_error', `Your server refused the request (${statusWords(status)}).`)
  }
  if (status >= 500 && status < 600)
    return made('http_server_error', `Your server failed (${statusWords(status)}).`)
  return made(
    'http_unexpected_status',
    `Your server answered ${status}, which is not a status that HTTP defines.`,
  )
}

/** What an error means when no final status came. Total: whatever is thrown gets a code and a sentence. */
export function classify(error: unknown, context: FailureContext): AttemptError {
  if (error instanceof DeadlineError) return timedOut(context)
  if (error instanceof ConnectError) return made(error.code, error.message)
  if (error instanceof ResponseRefusedError) return made('malformed_response', error.message)
  if (error instanceof Problem)
    return made('url_not_allowed', `The URL is not allowed: ${problemMessage(error)}.`)
  return fromCode(errorCode(error) ?? '', error, context)
}

function timedOut({ host, stage, address, connectMs, deadlineMs }: FailureContext): AttemptError {
  const seconds = `${deadlineMs / SECOND_MS} s`
  switch (stage) {
    case 'waiting':
      return made(
        'connection_timeout',
        `No connection became free within ${seconds}: other requests to ${host} hold all of them.`,
      )
    case 'resolving':
      return made('dns_failed', `${host} could not be looked up within ${seconds}.`)
    case 'connecting':
      return made(
        'connection_timeout',
        `Connection timeout: ${address ?? host} did not answer within ${seconds}.`,
      )
    case 'securing':
      return made(
        'timeout',
        `No secure connection within ${seconds}. Your server accepted the connection, then did not finish the TLS handshake.`,
      )
    case 'sent':
      return made(
        'timeout',
        `No complete answer within ${seconds}. ${acceptedWords(connectMs)}, then sent nothing usable.`,
      )
  }
}

function acceptedWords(connectMs: number | null): string {
  return connectMs === null
    ? 'Your server took the request over a connection it had kept open'
    : `Your server accepted the connection after ${Math.round(connectMs)} ms`
}

function fromCode(code: string, error: unknown, context: FailureContext): AttemptError {
  const { host, address } = context
  switch (code) {
    case 'ECONNREFUSED':
      return made('connection_refused', `Nothing listens at ${address ?? host} (${host}).`)
    case 'EHOSTUNREACH':
    case 'ENETUNREACH':
    case 'EADDRNOTAVAIL':
    case 'EACCES':
      return made('connection_unreachable', `The network has no way to ${address ?? host} (${code}).`)
    case 'ETIMEDOUT':
    case 'UND_ERR_CONNECT_TIMEOUT':
      return context.stage === 'sent'
        ? made('connection_reset', 'The connection to your server was lost.')
        : made('connection_timeout', `Connection timeout: ${address ?? host} did not answer.`)
    case 'ECONNRESET':
    case 'EPIPE':
      return context.stage === 'securing' ? tlsBroken() : made('connection_reset', resetMessage(context))
    case 'UND_ERR_SOCKET':
      return fromSocketError(error, context)
    case 'UND_ERR_HEADERS_OVERFLOW':
      return made('response_header_too_large', 'The header of the answer is larger than 16 KiB.')
    case 'UND_ERR_INVALID_ARG':
    case 'UND_ERR_NOT_SUPPORTED':
      return made('request_invalid', `The request could not be made: ${messageOf(error)}.`)
    default:
      return fromFamily(code, error, context)
  }
}

function fromFamily(code: string, error: unknown, context: FailureContext): AttemptError {
  // Its documented code is missing in undici 8.12: the table it is looked up in has been turned round.
  if (error instanceof errors.HTTPParserError || code === 'UND_ERR_RES_CONTENT_LENGTH_MISMATCH') {
    return made('malformed_response', `What came back is not HTTP/1.1: ${messageOf(error)}.`)
  }
  const tls = fromTls(code, error, context)
  return (
    tls ?? made('send_failed', `The request failed: ${messageOf(error)}${code === '' ? '' : ` (${code})`}.`)
  )
}

/** undici tells these apart by their message alone. */
function fromSocketError(error: unknown, context: FailureContext): AttemptError {
  const message = messageOf(error)
  if (message === 'bad response') {
    return made(
      'malformed_response',
      'Your server sent an interim answer (100 Continue) that nobody asked for.',
    )
  }
  if (message === 'bad upgrade')
    return made('malformed_response', 'Your server switched to another protocol.')
  return context.stage === 'securing'
    ? tlsBroken()
    : made('connection_closed', 'Your server closed the connection without an answer.')
}

const UNTRUSTED_CODES: ReadonlySet<string> = new Set([
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'CERT_UNTRUSTED',
  'CERT_REJECTED',
  'CERT_REVOKED',
  'CERT_CHAIN_TOO_LONG',
  'CERT_SIGNATURE_FAILURE',
  'INVALID_CA',
  'INVALID_PURPOSE',
  'PATH_LENGTH_EXCEEDED',
])

/** https://nodejs.org/api/tls.html#x509-certificate-error-codes */
function fromTls(code: string, error: unknown, { host }: FailureContext): AttemptError | null {
  if (code === 'CERT_HAS_EXPIRED')
    return made('tls_expired', `The certificate of ${host} expired${dateOf(error, 'validTo')}.`)
  if (code === 'CERT_NOT_YET_VALID')
    return made(
      'tls_expired',
      `The certificate of ${host} is not valid${dateOf(error, 'validFrom', ' before')}.`,
    )
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID') return made('tls_name_mismatch', nameMismatch(error, host))
  if (UNTRUSTED_CODES.has(code)) return made('tls_untrusted', untrusted(code, host))
  if (code === 'ERR_SSL_WRONG_VERSION_NUMBER' || code === 'ERR_SSL_PACKET_LENGTH_TOO_LONG') {
    return made('tls_failed', `${host} does not speak TLS on this port.`)
  }
  if (code.startsWith('ERR_SSL_') || code.startsWith('ERR_TLS_') || code === 'EPROTO') {
    return made('tls_failed', `No secure connection to ${host} could be agreed upon (${code}).`)
  }
  return null
}

/** " on 20 November 2020", from what guard/connect.ts notes on the error; empty when it could not. */
function dateOf(error: unknown, field: 'validFrom' | 'validTo', preposition = ' on'): string {
  const ms = Date.parse(String((error as Record<string, unknown>)[field]))
  if (Number.isNaN(ms)) return field === 'validFrom' ? ' yet' : ''
  return `${preposition} ${DATE_WORDS.format(ms)}`
}

function untrusted(code: string, host: string): string {
  if (code === 'DEPTH_ZERO_SELF_SIGNED_CERT') return `The certificate of ${host} is signed by itself.`
  if (code === 'UNABLE_TO_VERIFY_LEAF_SIGNATURE') {
    return `The certificate of ${host} cannot be traced to a trusted authority; an intermediate certificate may be missing.`
  }
  return `The certificate of ${host} is not signed by an authority that is trusted here (${code}).`
}

/** Node puts the certificate on the error; its names tell the owner more than the library's sentence. */
function nameMismatch(error: unknown, host: string): string {
  const names = certificateNames(error)
  return names.length === 0
    ? `The certificate is not for ${host}.`
    : `The certificate is for ${names.join(', ')}, not ${host}.`
}

const DATE_WORDS = new Intl.DateTimeFormat('en-GB', { dateStyle: 'long', timeZone: 'UTC' })

const NAMES_SHOWN_MAX = 3

function certificateNames(error: unknown): string[] {
  const certificate = (error as { cert?: { subjectaltname?: unknown } }).cert
  const text = typeof certificate?.subjectaltname === 'string' ? certificate.subjectaltname : ''
  const names = text.split(', ').map((entry) => entry.replace(/^(?:DNS|IP Address):/, ''))
  return names.filter((name) => name !== '').slice(0, NAMES_SHOWN_MAX)
}

function tlsBroken(): AttemptError {
  return made('tls_failed', 'Your server broke off the TLS handshake.')
}

function resetMessage({ stage }: FailureContext): string {
  return stage === 'sent'
    ? 'Your server reset the connection before it answered.'
    : 'Your server reset the connection at once.'
}

function redirectMessage(status: number, location: string | undefined): string {
  if (location === undefined) return `Your server answered with a redirect status (${status}) and no address.`
  const shown = location.replace(/[^\u0021-\u007e]/g, '?').slice(0, LOCATION_CHARACTERS_MAX)
  return `Your server redirects to ${shown} (${status}). Redirects are never followed: change the URL.`
}

function statusWords(status: number): string {
  const words = STATUS_CODES[status]
  return words === undefined ? String(status) : `${status} ${words}`
}

function problemMessage(problem: Problem): string {
  return problem.errors[0]?.message ?? problem.message
}

function messageOf(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).replace(/[.!?]$/, '')
}

function made(code: AttemptErrorCode, message: string): AttemptError {
  return { code, message }
}
