import { checkServerIdentity, type PeerCertificate } from 'node:tls'
import type { Clock } from '../core/clock.ts'

/** What of a certificate says whom it is for and until when. */
export type SessionCertificate = Pick<PeerCertificate, 'subject' | 'subjectaltname' | 'valid_to'>

/**
 * Knows which certificate each TLS session was agreed with. A handshake that resumes a session shows no certificate, and
 * Node looks at no name then: a session of one host would be taken for any other. So a session is only offered to a host
 * that its certificate is for. Sessions themselves are kept by whoever was told them; what is known here goes with them.
 */
export interface TlsSessions {
  /** Whether `session` was told by this guard, and its certificate would pass for `host` now. */
  standsFor(session: Buffer, host: string): boolean
  certificateOf(session: Buffer): SessionCertificate | undefined
  note(session: Buffer, certificate: SessionCertificate): void
}

export function createTlsSessions(clock: Clock): TlsSessions {
  const certificates = new WeakMap<Buffer, SessionCertificate>()
  return {
    standsFor(session, host) {
      const certificate = certificates.get(session)
      if (certificate === undefined || Date.parse(certificate.valid_to) <= clock.now()) return false
      return checkServerIdentity(host, certificate as PeerCertificate) === undefined
    },
    certificateOf: (session) => certificates.get(session),
    note(session, { subject, subjectaltname, valid_to }) {
      certificates.set(session, {
        subject,
        valid_to,
        ...(subjectaltname === undefined ? {} : { subjectaltname }),
      })
    },
  }
}
