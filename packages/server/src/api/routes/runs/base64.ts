import { fieldProblem } from '../../../core/errors.ts'

/** RFC 4648, section 4, with padding; line breaks as `base64` prints them are passed over. Throws `malformed_body`. */
export function decodeBase64(text: string): Buffer {
  const digits = text.replace(/\s+/g, '')
  if (digits.length % 4 !== 0 || !/^[A-Za-z0-9+/]*={0,2}$/.test(digits)) {
    throw fieldProblem('malformed_body', 'content_encoding', 'The content is not valid base64.')
  }
  return Buffer.from(digits, 'base64')
}
