import { errors } from 'undici'
import { Problem } from '../core/errors.ts'
import { LIMITS } from '../core/limits.ts'
import { SECOND_MS } from '../core/time.ts'
import { ConnectError } from '../guard/connect-error.ts'
import { errorCode } from '../guard/error-code.ts'
import {
  ConnectionClosedError,
  DeadlineError,
  RequestInvalidError,
  ResponseHeaderTooLargeError,
  ResponseRefusedError,
  type ExchangeStage,
} from './failures.ts'
import type { NetworkFailure } from './network-errors.ts'
import { ownFaultOf } from './own-fault.ts'
import { tlsFailure } from './tls-failure.ts'

/** What is known when an exchange fails without an answer. */
export interface FailureContext {
  /** What messages call the other side, at the beginning of a sentence: "Your server". */
  peer: string
  /** `host` or `host:port` of the URL. */
  host: string
  stage: ExchangeStage
  /** The address that was being connected to, once there is one. */
  address: string | null
  /** How long the connection took to be made; null when it was not, or was there before. */
  connectMs: number | null
  deadlineMs: number
  headerBytesMax: number
}

/** What an error means when no final status came. Total: whatever is thrown gets a code and a sentence. */
export function classify(error: unknown, context: FailureContext): NetworkFailure {
  if (error instanceof DeadlineError) return timedOut(context)
  const own = ownFaultOf(error)
  if (own !== null) {
    return { code: 'not_sent', message: own.message, fault: { code: own.code, scope: own.scope } }
  }
  if (error instanceof ConnectError) return { code: error.code, message: error.message }
  if (error instanceof ResponseRefusedError) {
    return { code: 'malformed_response', message: `${context.peer} ${error.message}.` }
  }
  if (error instanceof ResponseHeaderTooLargeError) return headerTooLarge(context)
  if (error instanceof ConnectionClosedError) return wasClosed(context)
  if (error instanceof RequestInvalidError) return requestInvalid(error)
  if (error instanceof Problem) {
    return { code: 'url_not_allowed', message: `The URL is not allowed: ${problemMessage(error)}.` }
  }
  return fromCode(errorCode(error) ?? '', error, context)
}

function timedOut(context: FailureContext): NetworkFailure {
  const { peer, host, stage, address, deadlineMs } = context
  const seconds = `${deadlineMs / SECOND_MS} s`
  switch (stage) {
    case 'resolving':
      return { code: 'dns_failed', message: `${host} could not be looked up within ${seconds}.` }
    case 'connecting':
      return {
        code: 'connection_timeout',
        message: `Connection timeout: ${address ?? host} did not answer within ${seconds}.`,
      }
    case 'securing':
      return handshakeTimedOut(peer, deadlineMs)
    case 'sent':
      return {
        code: 'timeout',
        message: `No complete answer within ${seconds}. ${acceptedWords(context)}, then sent nothing usable.`,
      }
  }
}

function acceptedWords({ peer, connectMs }: FailureContext): string {
  return connectMs === null
    ? `${peer} took the request over a connection it had kept open`
    : `${peer} accepted the connection after ${Math.round(connectMs)} ms`
}

function fromCode(code: string, error: unknown, context: FailureContext): NetworkFailure {
  const { host } = context
  const where = context.address ?? host
  switch (code) {
    case 'ECONNREFUSED':
      return { code: 'connection_refused', message: `Nothing listens at ${where} (${host}).` }
    case 'EHOSTUNREACH':
    case 'ENETUNREACH':
      return { code: 'connection_unreachable', message: `The network has no way to ${where} (${code}).` }
    case 'ETIMEDOUT':
      return lost(where, context)
    case 'ECONNRESET':
    case 'EPIPE':
      return wasReset(context)
    case 'UND_ERR_SOCKET':
      return fromSocketError(error, context)
    case 'UND_ERR_HEADERS_OVERFLOW':
      return headerTooLarge(context)
    case 'UND_ERR_INVALID_ARG':
    case 'UND_ERR_NOT_SUPPORTED':
      return requestInvalid(error)
    default:
      return fromFamily(code, error, context)
  }
}

function fromFamily(code: string, error: unknown, { host }: FailureContext): NetworkFailure {
  // Its documented code is missing in undici 8.12: the table it is looked up in has been turned round.
  if (error instanceof errors.HTTPParserError || code === 'UND_ERR_RES_CONTENT_LENGTH_MISMATCH') {
    return { code: 'malformed_response', message: `What came back is not HTTP/1.1: ${messageOf(error)}.` }
  }
  const named = code === '' ? '' : ` (${code})`
  return (
    tlsFailure(code, error, host) ?? {
      code: 'send_failed',
      message: `The request failed: ${messageOf(error)}${named}.`,
    }
  )
}

/** The kernel gave up, or the guard: on an address that did not answer, or a handshake that did not end. */
function lost(where: string, { peer, host, stage }: FailureContext): NetworkFailure {
  if (stage === 'sent') return { code: 'connection_reset', message: `The connection to ${host} was lost.` }
  if (stage === 'securing') return handshakeTimedOut(peer, LIMITS.tlsHandshakeMsMax)
  return { code: 'connection_timeout', message: `Connection timeout: ${where} did not answer.` }
}

function handshakeTimedOut(peer: string, withinMs: number): NetworkFailure {
  return {
    code: 'timeout',
    message: `No secure connection within ${withinMs / SECOND_MS} s. ${peer} accepted the connection, then did not finish the TLS handshake.`,
  }
}

function wasReset({ peer, stage }: FailureContext): NetworkFailure {
  if (stage === 'securing') return handshakeBroken(peer)
  const when = stage === 'sent' ? 'before it answered' : 'at once'
  return { code: 'connection_reset', message: `${peer} reset the connection ${when}.` }
}

function wasClosed({ peer, stage }: FailureContext): NetworkFailure {
  if (stage === 'securing') return handshakeBroken(peer)
  return { code: 'connection_closed', message: `${peer} closed the connection without an answer.` }
}

function headerTooLarge({ headerBytesMax }: FailureContext): NetworkFailure {
  return {
    code: 'response_header_too_large',
    message: `The header of the answer is larger than ${headerBytesMax / 1024} KiB.`,
  }
}

function requestInvalid(error: unknown): NetworkFailure {
  return { code: 'request_invalid', message: `The request could not be made: ${messageOf(error)}.` }
}

/** undici tells these apart by their message alone. */
function fromSocketError(error: unknown, context: FailureContext): NetworkFailure {
  const { peer } = context
  switch (messageOf(error)) {
    case 'bad response':
      return {
        code: 'malformed_response',
        message: `${peer} sent an interim answer (100 Continue) that nobody asked for.`,
      }
    case 'bad upgrade':
      return { code: 'malformed_response', message: `${peer} switched to another protocol.` }
    default:
      return wasClosed(context)
  }
}

function handshakeBroken(peer: string): NetworkFailure {
  return { code: 'tls_failed', message: `${peer} broke off the TLS handshake.` }
}

function problemMessage(problem: Problem): string {
  return problem.errors[0]?.message ?? problem.message
}

function messageOf(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).replace(/[.!?]$/, '')
}
