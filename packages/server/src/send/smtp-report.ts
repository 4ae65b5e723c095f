import type { AttemptError, ReportedError } from '../core/attempt.ts'
import { LIMITS } from '../core/limits.ts'
import { classify, type FailureContext } from '../net/classify.ts'
import { shown } from '../net/words.ts'
import type { AttemptErrorCode } from './attempt-errors.ts'

/** A message that the server took, for some recipients at least. */
export interface SmtpReply {
  /** The reply to the message: `250 2.0.0 Ok: queued as …`. */
  text: string
  refused: readonly RefusedRecipient[]
}

export interface RefusedRecipient {
  address: string
  /** Three digits; 0 when there were none. */
  code: number
  reply: string
}

/** What a session came to, in an attempt's words. */
export interface SmtpOutcome {
  error: ReportedError | null
  /** The server's last reply code; null when it gave none. */
  statusCode: number | null
  /** Its reply, for the log; null when there was none, or it might quote who logged in. */
  answer: Buffer | null
}

/**
 * The message was taken. A recipient that the server cannot take now is retried, and with it those that have the message
 * already: they know it by its Message-ID. One that it never takes is not, or a colleague who has left would make
 * everybody else get each message five times; the reply in the log names it.
 */
export function outcomeOf({ text, refused }: SmtpReply): SmtpOutcome {
  const answer = kept([text, ...refused.map(({ address, reply }) => `${address}: ${reply}`)].join('\n'))
  const later = refused.find(({ code }) => code < 500)
  if (later === undefined) return { error: null, statusCode: codeOf(text), answer }
  const message = `The mail server does not take a message for ${shown(later.address)} now (${shown(later.reply)}).`
  return { error: made('smtp_try_later', message), statusCode: later.code || null, answer }
}

/** Why the server did not take the message. Total: whatever is thrown gets a code and a sentence. */
export function failureOf(thrown: unknown, context: FailureContext): SmtpOutcome {
  const fields = fieldsOf(thrown)
  const outcome = reasonOf(thrown, fields, context)
  return isAboutTheMessage(fields) ? outcome : { ...outcome, error: ofTheRelay(outcome.error) }
}

/**
 * Whether it is the message or its recipients that the server does not want. All else is between this server and the one its
 * operator chose, and not the channel's fault: that it is not reached, its certificate, the login, the sender's address.
 */
function isAboutTheMessage({ code, command, responseCode }: SmtpErrorFields): boolean {
  if (code !== 'EENVELOPE' && code !== 'EMESSAGE') return false
  if (responseCode === SERVICE_CLOSES) return false
  return command !== 'MAIL FROM' || responseCode === undefined || responseCode === TOO_LARGE
}

/** RFC 5321, section 4.2.3; whatever was asked. */
const SERVICE_CLOSES = 421
const TOO_LARGE = 552

function ofTheRelay(error: ReportedError | null): ReportedError | null {
  return error && { fault: { code: 'mail_relay', scope: 'webhook' }, ...error }
}

function reasonOf(
  thrown: unknown,
  { code, responseCode, response }: SmtpErrorFields,
  context: FailureContext,
): SmtpOutcome {
  if (responseCode !== undefined) {
    // What is said to a login may have the user's name in it, which is nobody's business but the operator's.
    const reply = code === 'EAUTH' ? null : (response ?? null)
    const error = refusal(code, responseCode, reply ?? String(responseCode))
    return { error, statusCode: responseCode, answer: reply === null ? null : kept(reply) }
  }
  return { error: broken(thrown, context), statusCode: null, answer: null }
}

function refusal(code: string, status: number, reply: string): AttemptError {
  if (code === 'ETLS') return made('smtp_not_secure', 'The mail server does not offer STARTTLS.')
  if (status >= 400 && status < 500) {
    return made('smtp_try_later', `The mail server does not take the message now (${shown(reply)}).`)
  }
  if (code === 'EAUTH') return loginRefused(`The mail server refused the user name and password (${status}).`)
  if (status >= 500 && status < 600) {
    return made('smtp_refused', `The mail server refused the message (${shown(reply)}).`)
  }
  return notSmtp(reply)
}

function broken(thrown: unknown, context: FailureContext): ReportedError {
  const { code, originalCode } = fieldsOf(thrown)
  switch (originalCode === undefined ? code : '') {
    case 'EAUTH':
      return loginRefused('The mail server takes no user name and password on this connection.')
    case 'EMESSAGE':
      return made('smtp_refused', 'The message is larger than the mail server takes.')
    case 'EPROTOCOL':
      return notSmtp('')
    case 'ECONNECTION':
      return made('connection_closed', `${context.peer} closed the connection before it took the message.`)
    case 'ETLS':
      return made('tls_failed', `${context.peer} broke off the TLS handshake.`)
    default:
      return classify(originalCode === undefined ? thrown : withCode(thrown, originalCode), context)
  }
}

function loginRefused(what: string): AttemptError {
  return made('smtp_login_refused', `${what} An operator has to look into the setting smtp_url.`)
}

function notSmtp(reply: string): AttemptError {
  const quoted = reply === '' ? '' : ` (${shown(reply)})`
  return made('malformed_response', `What came back is not an answer of a mail server${quoted}.`)
}

/** The library puts its own code over the system's, which tells more. */
function withCode(thrown: unknown, code: string): unknown {
  return thrown instanceof Error ? Object.assign(thrown, { code }) : thrown
}

interface SmtpErrorFields {
  code: string
  /** What was asked of the server. */
  command?: string
  /** What the system called it. */
  originalCode?: string
  responseCode?: number
  response?: string
}

function fieldsOf(thrown: unknown): SmtpErrorFields {
  const { code, command, originalCode, responseCode, response } = (thrown ?? {}) as Record<string, unknown>
  return {
    code: typeof code === 'string' ? code : '',
    ...(typeof command === 'string' && { command }),
    ...(typeof originalCode === 'string' && { originalCode }),
    ...(typeof responseCode === 'number' && { responseCode }),
    ...(typeof response === 'string' && { response }),
  }
}

function codeOf(reply: string): number | null {
  const digits = /^\d{3}/.exec(reply)?.[0]
  return digits === undefined ? null : Number(digits)
}

function kept(text: string): Buffer {
  return Buffer.from(text).subarray(0, LIMITS.responseBytesKept)
}

function made(code: AttemptErrorCode, message: string): AttemptError {
  return { code, message }
}
