import { namesCredential } from '../core/credential-names.ts'

/** A credential as `Authorization` has it (RFC 6750, RFC 7617), whatever the header is called. */
const CREDENTIAL_VALUE = /^(?:bearer +\S+|basic +(?=\S{8})[0-9a-z+/]+={0,2})$/i

const REDACTED = '[redacted]'

/** A static header's value as the log may have it. */
export function loggedHeaderValue(name: string, value: string): string {
  return namesCredential(name) || CREDENTIAL_VALUE.test(value) ? REDACTED : value
}

/**
 * Signatures without what could be replayed or attacked offline: `sha256=…`, and `v1,…` once for each signature, so that
 * the log still shows which schemes and how many keys signed.
 */
export function loggedSignature(value: string): string {
  return value.replace(/(?<=^|\s)([a-z0-9]+[=,])\S+/gi, '$1…')
}
