import type { Mailbox } from '../core/mail.ts'
import type { OutboundReport } from './transport.ts'

/** One message to a handful of addresses. */
export interface OutboundMail {
  /** Organizations take turns at the mail server's connections. */
  organizationId: number
  from: Mailbox
  to: readonly string[]
  /** One line. */
  subject: string
  text: string
  html: string
  /** With its angle brackets. The same at every attempt, by which a repeat can be told. */
  messageId: string
  /** Beside those that follow from the rest. */
  headers: Readonly<Record<string, string>>
  /** For the header `Date`, milliseconds by the wall clock. */
  date: number
  /** Milliseconds; becomes the attempt's `startedAt`. */
  startedAt: number
}

/**
 * Hands one message to the mail server and tells what came of it: delivered when the server took it, with its reply as the
 * answer. Never rejects. Injected, as a Transport is.
 */
export interface MailTransport {
  send(mail: OutboundMail): Promise<OutboundReport>
}
