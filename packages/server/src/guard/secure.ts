import type { Socket } from 'node:net'
import { connect, type ConnectionOptions, type TLSSocket } from 'node:tls'
import type { Clock } from '../core/clock.ts'
import { LIMITS } from '../core/limits.ts'
import type { TlsSessions } from './tls-sessions.ts'

/** What a caller may ask of TLS. */
export interface TlsWishes {
  /** A session to be resumed: the very Buffer that `onSession` was called with. Any other is ignored. */
  session: Buffer | null
  /** Told each session that the server offers for next time. With TLS 1.3 they come after the handshake. */
  onSession: (session: Buffer) => void
  /** Protocols offered by ALPN. A server that knows ALPN and speaks none of them breaks off the handshake. */
  alpn: readonly string[]
}

export interface SecureOptions {
  /** What the certificate must be for: a name without a root dot, or an address. */
  host: string
  isName: boolean
  /** Their session stands for the host. */
  wishes: TlsWishes
  sessions: TlsSessions
  clock: Clock
  ca?: string | Buffer
}

/**
 * Agrees on TLS over a connected socket. `onEnd` is called once, with the secured socket or the reason why there is
 * none. To give up, destroy the socket that is returned.
 */
export function secure(
  socket: Socket,
  { host, isName, wishes, sessions, clock, ca }: SecureOptions,
  onEnd: (...result: [null, TLSSocket] | [Error, null]) => void,
): TLSSocket {
  const { session } = wishes
  const options: ConnectionOptions = {
    socket,
    host,
    ...(isName ? { servername: host } : {}),
    ALPNProtocols: [...wishes.alpn],
    // Said aloud, because NODE_TLS_REJECT_UNAUTHORIZED=0 in the environment would otherwise switch it off.
    rejectUnauthorized: true,
    ...(session === null ? {} : { session }),
    ...(ca === undefined ? {} : { ca }),
  }
  const secured = connect(options)
  let early: Buffer[] = []
  let isSecure = false
  let over = false
  const deadline = clock.after(LIMITS.tlsHandshakeMsMax, () => {
    fail(Object.assign(new Error('The TLS handshake did not end.'), { code: 'ETIMEDOUT' }))
  })
  noteOnErrors(secured)

  function fail(error: Error): void {
    if (over) return
    over = true
    deadline.cancel()
    secured.destroy()
    onEnd(error, null)
  }

  function tell(offered: Buffer): void {
    const resumed = secured.isSessionReused() && session !== null
    const certificate = resumed ? sessions.certificateOf(session) : secured.getPeerCertificate()
    if (certificate === undefined) return
    sessions.note(offered, certificate)
    wishes.onSession(offered)
  }

  // One may be there before the certificate has been judged.
  secured.on('session', (offered) => {
    if (isSecure) tell(offered)
    else early.push(offered)
  })
  secured.once('secureConnect', () => {
    if (over) return
    over = true
    isSecure = true
    deadline.cancel()
    for (const offered of early) tell(offered)
    early = []
    onEnd(null, secured)
  })
  // Stays, so that an error of a socket that was cut or handed on is never one that nobody listens to. And with TLS 1.3 a
  // server refuses a client without a certificate after the handshake: Node tells that alert as an error but leaves the
  // socket, which then ends as if the server had nothing to say.
  secured.on('error', (error: Error) => {
    if (over) secured.destroy()
    else fail(error)
  })
  secured.once('close', () => {
    fail(Object.assign(new Error('The connection was closed.'), { code: 'ECONNRESET' }))
  })
  return secured
}

/** What is put on an error of the handshake, since it is out of reach by then. */
export interface HandshakeNotes {
  /** The dates of the certificate. */
  validFrom?: string
  validTo?: string
  /** The server had shown its certificate and keys were agreed upon: what it refuses then is our part. */
  keysAgreed?: boolean
}

/**
 * The `secure` event is Node's own and undocumented: were it to vanish, a message would lose its date and nothing else.
 */
function noteOnErrors(secured: TLSSocket): void {
  const notes: HandshakeNotes = {}
  secured.prependOnceListener('secure', () => {
    const { valid_from: validFrom, valid_to: validTo } = secured.getPeerCertificate()
    Object.assign(notes, { validFrom, validTo })
  })
  // That there are keys is what counts; they are not looked at.
  secured.once('keylog', () => {
    notes.keysAgreed = true
  })
  secured.prependOnceListener('error', (error: Error) => Object.assign(error, notes))
}
