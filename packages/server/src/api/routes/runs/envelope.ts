import { isUtf8 } from 'node:buffer'
import { z } from 'zod'
import { fieldProblem } from '../../../core/errors.ts'
import { parseAsWritten } from '../../../core/json-numbers.ts'
import type { Submission } from '../../../core/run.ts'
import { isDeeperThan, isWellFormedJson, malformed } from '../../json-body.ts'
import { problemOfIssues } from '../../problems/field-errors.ts'
import { decodeBase64 } from './base64.ts'
import { contentTypeField, LABEL_FIELDS } from './text-fields.ts'

/** Nesting beyond which a JSON body is judged as it is rather than looked into. */
const ENVELOPE_DEPTH_MAX = 200

export const envelopeSchema = z
  .strictObject({
    content: z
      .unknown()
      .optional()
      .describe(
        'The document: a string, or a JSON value, which is judged as JSON text. Without it, the page at `url` is fetched, if the ' +
          'first step of the workflow judges pages.',
      ),
    content_type: contentTypeField,
    content_encoding: z.literal('base64').nullable().default(null).describe('How `content` is written.'),
    ...LABEL_FIELDS,
  })
  .meta({
    examples: [
      { content: { sku: 'A-1', price: 12.5 }, filename: 'product.json', metadata: { commit: '9f2c1e' } },
    ],
  })

const KEYS = new Set(Object.keys(envelopeSchema.shape))

/**
 * The text of an envelope: a JSON object with `content` and none but an envelope's keys. Where pages are judged `url`
 * may stand for `content`. Null for anything else, which is then itself the document.
 */
export function envelopeText(bytes: Buffer, judgesPages: boolean): string | null {
  if (!isUtf8(bytes) || isDeeperThan(bytes, ENVELOPE_DEPTH_MAX)) return null
  const text = bytes.toString('utf8')
  try {
    const value: unknown = JSON.parse(text)
    if (typeof value !== 'object' || value === null) return null
    const named = Object.hasOwn(value, 'content') || (judgesPages && Object.hasOwn(value, 'url'))
    if (!named) return null
    return Object.keys(value).every((key) => KEYS.has(key)) ? text : null
  } catch {
    return null
  }
}

/** A body of this type is an envelope, whatever is in it: for callers who do not want that guessed. */
export const ENVELOPE_TYPE = 'application/vnd.sealpost.submission+json'

/** What an envelope holds. Throws `invalid_request`, `malformed_json`, or `malformed_body` for what is no base64. */
export function openEnvelope(text: string): Submission {
  const parsed = envelopeSchema.safeParse(
    // A document's 12345678901234567890 must not be judged as another number, nor its 1.0 as 1.
    parseAsWritten(text),
  )
  if (!parsed.success) throw problemOfIssues('body', parsed.error.issues)
  const { content, content_type, content_encoding, filename, subject, url, metadata } = parsed.data
  const labels = { fileName: filename, subject, url, metadata }
  // A JSON value keeps them, as the escapes they are; a string becomes bytes.
  if (!isWellFormedJson([labels, content_type, typeof content === 'string' ? content : null])) {
    throw malformed('The envelope has half of a surrogate pair in it, which is not a character.')
  }
  if (content === undefined) {
    if (url !== null) return { ...labels, content: null, contentType: null }
    throw fieldProblem('invalid_request', 'content', 'Required: the document, or `url` in its place.')
  }
  if (typeof content === 'string') {
    if (content_encoding === 'base64') {
      return { ...labels, content: decodeBase64(content), contentType: content_type }
    }
    return { ...labels, content: Buffer.from(content), contentType: content_type, isText: true }
  }
  if (content_encoding !== null) {
    throw fieldProblem('malformed_body', 'content_encoding', 'For base64, `content` must be a string.')
  }
  return {
    ...labels,
    content: Buffer.from(JSON.stringify(content)),
    contentType: content_type ?? 'application/json',
  }
}
