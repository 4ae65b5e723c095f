/** Names of headers whose value is a credential of the receiver's. */
const CREDENTIAL_NAME =
  /(?:^|[-_])(?:api-?key|auth|authentication|authorization|cookie|credentials?|jwt|key|password|secret|session(?:[-_]?id)?|signature|token)$/i

const REDACTED = '[redacted]'

/** A static header's value as the log may have it. */
export function loggedHeaderValue(name: string, value: string): string {
  return CREDENTIAL_NAME.test(name) ? REDACTED : value
}

/**
 * Signatures without what could be replayed or attacked offline: `sha256=…`, and `v1,…` once for each signature, so that
 * the log still shows which schemes and how many keys signed.
 */
export function loggedSignature(value: string): string {
  return value.replace(/(?<=^|\s)([a-z0-9]+[=,])\S+/gi, '$1…')
}
