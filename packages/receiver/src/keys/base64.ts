/**
 * Decodes the base64 part of a `whsec_` secret, or returns null when it does not decode.
 *
 * The rule is that of the reference library (npm `standardwebhooks`), to the letter, since both ends must derive the
 * same key: at least four characters, at most two `=`, the standard alphabet. Padding may be missing, unused bits of the
 * last character are ignored, and so is a single character left over after groups of four, whatever it is.
 */
export function decodeSecretBase64(text: string): Uint8Array | null {
  const digits = text.replace(/=+$/, '')
  const paddingLength = text.length - digits.length
  if (text.length < 4 || paddingLength > 2) return null
  const used = digits.length % 4 === 1 ? digits.slice(0, -1) : digits
  return /^[A-Za-z0-9+/]*$/.test(used) ? Buffer.from(used, 'base64') : null
}

/**
 * Decodes base64 that has exactly one spelling (RFC 4648: padded, unused bits zero), or returns null. For signatures and
 * ed25519 keys, where a second spelling of the same bytes is a sign that something is off.
 */
export function decodeCanonicalBase64(text: string): Uint8Array | null {
  const bytes = Buffer.from(text, 'base64')
  return bytes.toString('base64') === text ? bytes : null
}
