/** Words that name a credential of the receiver's where they stand by themselves … */
const WORD = '(?:^|[-_])(?:auth|authentication|authorization|bearer|jwt|key|passcode|pwd|session(?:[-_]?id)?)'
/** … and those that do so at the end of a longer word too, as in `X-AuthToken`. */
const ENDING =
  '(?:(?:access|api|auth|client|private|secret|shared|signing)key|cookie|credentials?|passphrase|passwd|password|secret|signature|token)'
/** Names may be numbered: `X-Hub-Signature-256`, `X-Api-Key-v2`. */
const CREDENTIAL_NAME = new RegExp(`(?:${WORD}|${ENDING})(?:[-_]?v?\\d+)?$`, 'i')
/** A credential as `Authorization` has it (RFC 6750, RFC 7617), whatever the header is called. */
const CREDENTIAL_VALUE = /^(?:bearer +\S+|basic +(?=\S{8})[0-9a-z+/]+={0,2})$/i

const REDACTED = '[redacted]'

/** A static header's value as the log may have it. */
export function loggedHeaderValue(name: string, value: string): string {
  return CREDENTIAL_NAME.test(name) || CREDENTIAL_VALUE.test(value) ? REDACTED : value
}

/**
 * Signatures without what could be replayed or attacked offline: `sha256=…`, and `v1,…` once for each signature, so that
 * the log still shows which schemes and how many keys signed.
 */
export function loggedSignature(value: string): string {
  return value.replace(/(?<=^|\s)([a-z0-9]+[=,])\S+/gi, '$1…')
}
