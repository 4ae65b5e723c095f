import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { SMTPServer } from 'smtp-server'
import type { Identity } from './certificate.ts'
import { parseMail, type ParsedMail } from './parsed-mail.ts'

/** One message as it arrived. */
export interface ReceivedMail extends ParsedMail {
  from: string
  to: string[]
  raw: string
  /** Whether it came over TLS. */
  secure: boolean
  /** Who had logged in; null for nobody. */
  user: string | null
}

/** A real mail server on loopback that keeps what it is sent. */
export interface MailServer {
  port: number
  received: ReceivedMail[]
  connections: number
  close(): Promise<void>
}

export interface MailServerOptions {
  /** Given, it offers STARTTLS; or speaks TLS at once, with `secure`. */
  identity?: Identity
  secure?: boolean
  login?: { user: string; password: string }
  /** Refuses a recipient, or the message after its DATA, with this reply code; null takes it. */
  refuseRecipient?: (address: string) => number | null
  refuseMessage?: (index: number) => number | null
}

export async function startMailServer(options: MailServerOptions = {}): Promise<MailServer> {
  const { identity, secure = false, login } = options
  const received: ReceivedMail[] = []
  let messages = 0
  const mail: MailServer = { port: 0, received, connections: 0, close: () => closed(server) }
  const server = new SMTPServer({
    secure,
    ...(identity !== undefined && { key: identity.key, cert: identity.cert }),
    authOptional: login === undefined,
    disabledCommands: [
      ...(identity === undefined ? ['STARTTLS'] : []),
      ...(login === undefined ? ['AUTH'] : []),
    ],
    onConnect(_session, done) {
      mail.connections += 1
      done()
    },
    onAuth(auth, _session, done) {
      const isRight = auth.username === login?.user && auth.password === login?.password
      if (isRight) done(null, { user: String(auth.username) })
      else done(refusalWith(535, 'Authentication failed'))
    },
    onRcptTo({ address }, _session, done) {
      const code = options.refuseRecipient?.(address) ?? null
      done(code === null ? null : refusalWith(code, `not ${address}`))
    },
    onData(stream, session, done) {
      const chunks: Buffer[] = []
      stream.on('data', (chunk: Buffer) => chunks.push(chunk))
      stream.on('end', () => {
        const code = options.refuseMessage?.(messages++) ?? null
        if (code !== null) {
          done(refusalWith(code, 'not this message'))
          return
        }
        const raw = Buffer.concat(chunks).toString('utf8')
        received.push({
          ...parseMail(raw),
          raw,
          from: session.envelope.mailFrom === false ? '' : session.envelope.mailFrom.address,
          to: session.envelope.rcptTo.map(({ address }) => address),
          secure: session.secure,
          user: session.user === undefined ? null : String(session.user),
        })
        done(null, `queued as ${received.length}`)
      })
    },
  })
  // Clients that hang up on purpose are no news here.
  server.on('error', () => undefined)
  const listener = server.listen(0, '127.0.0.1')
  await once(listener, 'listening')
  mail.port = (listener.address() as AddressInfo).port
  return mail
}

function refusalWith(responseCode: number, message: string): Error {
  return Object.assign(new Error(message), { responseCode })
}

function closed(server: SMTPServer): Promise<void> {
  return new Promise((resolve) => server.close(() => resolve()))
}
