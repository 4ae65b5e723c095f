import type { Socket } from 'node:net'
import MailComposer from 'nodemailer/lib/mail-composer'
import SMTPConnection from 'nodemailer/lib/smtp-connection'
import { LIMITS } from '../core/limits.ts'
import type { SmtpRelay } from '../core/mail.ts'
import type { OutboundMail } from './mail-transport.ts'
import type { RefusedRecipient, SmtpReply } from './smtp-report.ts'

export interface SessionOptions {
  relay: SmtpRelay
  /** Certificate authorities trusted instead of Node's own list, PEM. */
  ca?: string | Buffer
  /** The caller ends the session by destroying the socket; the library's own clocks must not come first. */
  deadlineMs: number
}

/**
 * The talk with a mail server on an open socket, to the message's acceptance. Rejects with the library's error, on which
 * smtp-report.ts knows its way. Destroy the socket to end it early.
 */
export async function sendOver(
  socket: Socket,
  mail: OutboundMail,
  options: SessionOptions,
): Promise<SmtpReply> {
  const { relay } = options
  const message = await render(mail)
  // A socket that was closed by now tells nobody any more.
  if (socket.destroyed) throw Object.assign(new Error('The connection is closed'), { code: 'ECONNECTION' })
  const connection = new SMTPConnection(connectionOptions(socket, options))
  try {
    // All that breaks is told by the event, some of it by no callback.
    const broken = new Promise<never>((_resolve, reject) => connection.on('error', reject))
    return await Promise.race([talk(connection, relay, mail, message), broken])
  } finally {
    // Half-closed after QUIT, and destroyed when the server does not close its side soon.
    connection.close()
  }
}

function connectionOptions(socket: Socket, { relay, ca, deadlineMs }: SessionOptions) {
  const afterDeadlineMs = 2 * deadlineMs
  return {
    connection: socket,
    host: relay.host,
    port: relay.port,
    secure: relay.tls === 'first',
    requireTLS: relay.tls === 'upgrade',
    ignoreTLS: relay.tls === 'off',
    // Said aloud, because NODE_TLS_REJECT_UNAUTHORIZED=0 in the environment would otherwise switch it off.
    tls: { rejectUnauthorized: true, ...(ca === undefined ? {} : { ca }) },
    maxResponseSize: LIMITS.smtpReplyBytesMax,
    connectionTimeout: afterDeadlineMs,
    greetingTimeout: afterDeadlineMs,
    socketTimeout: afterDeadlineMs,
  }
}

async function talk(
  connection: SMTPConnection,
  { login }: SmtpRelay,
  mail: OutboundMail,
  message: Buffer,
): Promise<SmtpReply> {
  await called<unknown>((done) => connection.connect(done))
  if (login !== null) {
    if (!connection.allowsAuth)
      throw Object.assign(new Error('The server offers no login'), { code: 'EAUTH' })
    const { user, password: pass } = login
    await called<unknown>((done) => connection.login({ user, pass }, done))
  }
  const envelope = { from: mail.from.address, to: [...mail.to], size: message.length }
  const { response, rejectedErrors = [] } = await called<Sent>((done) =>
    connection.send(envelope, message, done),
  )
  connection.quit()
  return { text: response, refused: rejectedErrors.map(refusalOf) }
}

interface Sent {
  response: string
  rejectedErrors?: readonly Refusal[] | undefined
}

interface Refusal {
  recipient?: string | undefined
  responseCode?: number | undefined
  response?: string | undefined
}

function refusalOf({ recipient = '', responseCode = 0, response = '' }: Refusal): RefusedRecipient {
  return { address: recipient, code: responseCode, reply: response }
}

/** The message as it goes on the wire, with its headers folded and encoded. */
function render({ from, to, subject, text, html, messageId, headers, date }: OutboundMail): Promise<Buffer> {
  const composer = new MailComposer({
    from,
    to: to.map((address) => ({ name: '', address })),
    subject,
    text,
    html,
    messageId,
    headers,
    date: new Date(date),
    // Texts are given as such; nothing in them may name a file or a page.
    disableFileAccess: true,
    disableUrlAccess: true,
  })
  return composer.compile().build()
}

/** A Node callback as a promise. */
function called<Value>(start: (done: (error?: Error | null, value?: Value) => void) => void): Promise<Value> {
  return new Promise((resolve, reject) => {
    start((error, value) => {
      if (error) reject(error)
      else resolve(value as Value)
    })
  })
}
