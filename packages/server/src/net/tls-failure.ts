import { isIP } from 'node:net'
import type { HandshakeNotes } from '../guard/secure.ts'
import type { NetworkFailure } from './network-errors.ts'

const DATE_WORDS = new Intl.DateTimeFormat('en-GB', { dateStyle: 'long', timeZone: 'UTC' })

const NAMES_SHOWN_MAX = 3

/** What a TLS error may be. Each says null of what it does not know; the first that knows decides. */
const KINDS: readonly ((code: string, error: unknown, host: string) => NetworkFailure | null)[] = [
  outOfDate,
  wrongName,
  weak,
  untrusted,
  refusedByServer,
  notAgreed,
]

/**
 * What an error of TLS means, null for any other. The codes are those of
 * https://nodejs.org/api/tls.html#x509-certificate-error-codes, and of OpenSSL behind ERR_SSL_.
 */
export function tlsFailure(code: string, error: unknown, host: string): NetworkFailure | null {
  for (const kind of KINDS) {
    const failure = kind(code, error, host)
    if (failure !== null) return failure
  }
  return null
}

function outOfDate(code: string, error: unknown, host: string): NetworkFailure | null {
  switch (code) {
    case 'CERT_HAS_EXPIRED':
      return {
        code: 'tls_expired',
        message: `The certificate of ${host} expired${dateOf(error, 'validTo', ' on')}.`,
      }
    case 'CERT_NOT_YET_VALID':
      return {
        code: 'tls_expired',
        message: `The certificate of ${host} is not valid${dateOf(error, 'validFrom', ' before')}.`,
      }
    default:
      return null
  }
}

/** " on 20 November 2020", from what guard/secure.ts notes on the error; less when it could not. */
function dateOf(error: unknown, field: 'validFrom' | 'validTo', preposition: string): string {
  const ms = Date.parse((error as HandshakeNotes)[field] ?? '')
  if (Number.isNaN(ms)) return field === 'validFrom' ? ' yet' : ''
  return `${preposition} ${DATE_WORDS.format(ms)}`
}

function wrongName(code: string, error: unknown, host: string): NetworkFailure | null {
  if (code.endsWith('_UNRECOGNIZED_NAME')) {
    return { code: 'tls_name_mismatch', message: `The server has no certificate for ${host}, and says so.` }
  }
  if (code !== 'ERR_TLS_CERT_ALTNAME_INVALID') return null
  // Node puts the certificate on the error; its names tell the owner more than the library's sentence.
  const names = certificateNames(error)
  const address = addressOf(host)
  if (address !== null && names.includes(`DNS:${address}`)) {
    return {
      code: 'tls_ip_as_name',
      message: `The certificate has ${address} as a DNS name. An address only counts as an IP address among the alternative names.`,
    }
  }
  const shown = names.slice(0, NAMES_SHOWN_MAX).map((name) => name.replace(/^(?:DNS|IP Address):/, ''))
  return {
    code: 'tls_name_mismatch',
    message:
      shown.length === 0
        ? `The certificate is not for ${host}.`
        : `The certificate is for ${shown.join(', ')}, not ${host}.`,
  }
}

/** `DNS:a.example` and `IP Address:10.0.0.1`. */
function certificateNames(error: unknown): string[] {
  const certificate = (error as { cert?: { subjectaltname?: unknown } }).cert
  const text = typeof certificate?.subjectaltname === 'string' ? certificate.subjectaltname : ''
  return text.split(', ').filter((name) => name !== '')
}

/** The address that `host`, or `host:port`, is. */
function addressOf(host: string): string | null {
  const bare = /^\[(.*)\]/.exec(host)?.[1] ?? host.replace(/:\d+$/, '')
  return isIP(bare) === 0 ? null : bare
}

/** OpenSSL refuses these on its own (security level 2). Node has no code for them, only the sentence. */
function weak(code: string, error: unknown, host: string): NetworkFailure | null {
  const sentence = code === 'UNSPECIFIED' ? sentenceOf(error) : ''
  if (code.endsWith('DH_KEY_TOO_SMALL') || code === 'ERR_TLS_DH_PARAM_SIZE') {
    return { code: 'tls_weak_key', message: `${host} offers a Diffie-Hellman key that is too short.` }
  }
  if (code.endsWith('CA_KEY_TOO_SMALL') || sentence === 'CA certificate key too weak') {
    return {
      code: 'tls_weak_key',
      message: `The certificate of ${host} is signed by an authority whose key is too short.`,
    }
  }
  if (code.endsWith('EE_KEY_TOO_SMALL') || sentence === 'EE certificate key too weak') {
    return { code: 'tls_weak_key', message: `The key in the certificate of ${host} is too short.` }
  }
  if (code.endsWith('CA_MD_TOO_WEAK') || sentence === 'CA signature digest algorithm too weak') {
    return {
      code: 'tls_weak_signature',
      message: `The certificate of ${host}, or an intermediate one, is signed with SHA-1 or MD5.`,
    }
  }
  return null
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

function untrusted(code: string, error: unknown, host: string): NetworkFailure | null {
  if (code === 'UNSPECIFIED') {
    return { code: 'tls_untrusted', message: `The certificate of ${host} was refused: ${sentenceOf(error)}.` }
  }
  if (!UNTRUSTED_CODES.has(code)) return null
  return { code: 'tls_untrusted', message: untrustedMessage(code, host) }
}

function untrustedMessage(code: string, host: string): string {
  if (code === 'DEPTH_ZERO_SELF_SIGNED_CERT') return `The certificate of ${host} is signed by itself.`
  if (code === 'UNABLE_TO_VERIFY_LEAF_SIGNATURE') {
    return `The certificate of ${host} cannot be traced to a trusted authority; an intermediate certificate may be missing.`
  }
  return `The certificate of ${host} is not signed by an authority that is trusted here (${code}).`
}

/** What a server says of the certificate of somebody who presented none. */
const CLIENT_CERTIFICATE_ALERTS =
  /_ALERT_(?:CERTIFICATE_REQUIRED|NO_CERTIFICATE|BAD_CERTIFICATE|UNSUPPORTED_CERTIFICATE|CERTIFICATE_UNKNOWN|UNKNOWN_CA|ACCESS_DENIED)$/

function refusedByServer(code: string, error: unknown, host: string): NetworkFailure | null {
  // Before TLS 1.3 most servers only say that the handshake failed. Once keys were agreed upon, nothing else is left to fail.
  const failedLate =
    code.endsWith('_ALERT_HANDSHAKE_FAILURE') && (error as HandshakeNotes).keysAgreed === true
  if (failedLate || CLIENT_CERTIFICATE_ALERTS.test(code)) {
    return {
      code: 'tls_client_certificate',
      message: `${host} wants a client certificate, and none is presented. Let it take requests without one.`,
    }
  }
  if (code.endsWith('_ALERT_NO_APPLICATION_PROTOCOL')) {
    return {
      code: 'http1_not_offered',
      message: `${host} does not offer HTTP/1.1, which requests are sent with. Enable it beside HTTP/2.`,
    }
  }
  if (code.endsWith('_ALERT_PROTOCOL_VERSION') || code === 'ERR_SSL_UNSUPPORTED_PROTOCOL') {
    return {
      code: 'tls_version',
      message: `${host} speaks neither TLS 1.2 nor TLS 1.3. Enable one of them.`,
    }
  }
  return null
}

function notAgreed(code: string, _error: unknown, host: string): NetworkFailure | null {
  if (code === 'ERR_SSL_WRONG_VERSION_NUMBER' || code === 'ERR_SSL_PACKET_LENGTH_TOO_LONG') {
    return { code: 'tls_failed', message: `${host} does not speak TLS on this port.` }
  }
  if (code.endsWith('_ALERT_HANDSHAKE_FAILURE')) {
    return {
      code: 'tls_failed',
      message: `${host} found nothing it accepts in what was offered, such as a common cipher (${code}).`,
    }
  }
  if (code.startsWith('ERR_SSL_') || code.startsWith('ERR_TLS_') || code === 'EPROTO') {
    return { code: 'tls_failed', message: `No secure connection to ${host} could be agreed upon (${code}).` }
  }
  return null
}

function sentenceOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
