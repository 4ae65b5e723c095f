import type { NetworkFailure } from './network-errors.ts'

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

const DATE_WORDS = new Intl.DateTimeFormat('en-GB', { dateStyle: 'long', timeZone: 'UTC' })

const NAMES_SHOWN_MAX = 3

/** What an error of TLS means, null for any other: https://nodejs.org/api/tls.html#x509-certificate-error-codes */
export function tlsFailure(code: string, error: unknown, host: string): NetworkFailure | null {
  if (code === 'CERT_HAS_EXPIRED') {
    return {
      code: 'tls_expired',
      message: `The certificate of ${host} expired${dateOf(error, 'validTo')}.`,
    }
  }
  if (code === 'CERT_NOT_YET_VALID') {
    return {
      code: 'tls_expired',
      message: `The certificate of ${host} is not valid${dateOf(error, 'validFrom', ' before')}.`,
    }
  }
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID') {
    return { code: 'tls_name_mismatch', message: nameMismatch(error, host) }
  }
  if (UNTRUSTED_CODES.has(code)) return { code: 'tls_untrusted', message: untrusted(code, host) }
  if (code === 'ERR_SSL_WRONG_VERSION_NUMBER' || code === 'ERR_SSL_PACKET_LENGTH_TOO_LONG') {
    return { code: 'tls_failed', message: `${host} does not speak TLS on this port.` }
  }
  if (code.startsWith('ERR_SSL_') || code.startsWith('ERR_TLS_') || code === 'EPROTO') {
    return {
      code: 'tls_failed',
      message: `No secure connection to ${host} could be agreed upon (${code}).`,
    }
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

function certificateNames(error: unknown): string[] {
  const certificate = (error as { cert?: { subjectaltname?: unknown } }).cert
  const text = typeof certificate?.subjectaltname === 'string' ? certificate.subjectaltname : ''
  const names = text.split(', ').map((entry) => entry.replace(/^(?:DNS|IP Address):/, ''))
  return names.filter((name) => name !== '').slice(0, NAMES_SHOWN_MAX)
}
