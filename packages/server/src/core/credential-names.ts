/** Words that name a credential where they stand by themselves … */
const WORD = '(?:^|[-_])(?:auth|authentication|authorization|bearer|jwt|key|passcode|pwd|session(?:[-_]?id)?)'
/** … and those that do so at the end of a longer word too, as in `X-AuthToken`. */
const ENDING =
  '(?:(?:access|api|auth|client|private|secret|shared|signing)key|cookie|credentials?|passphrase|passwd|password|secret|signature|token)'
/** Names may be numbered: `X-Hub-Signature-256`, `X-Api-Key-v2`. */
const CREDENTIAL_NAME = new RegExp(`(?:${WORD}|${ENDING})(?:[-_]?v?\\d+)?$`, 'i')

/** Does a header of this name hold what would let its reader pass for somebody else? */
export function namesCredential(name: string): boolean {
  return CREDENTIAL_NAME.test(name)
}
