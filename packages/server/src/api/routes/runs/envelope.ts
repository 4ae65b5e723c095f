import { isUtf8 } from 'node:buffer'
import { z } from 'zod'
import { fieldProblem } from '../../../core/errors.ts'
import type { Submission } from '../../../core/run.ts'
import { isDeeperThan, isWellFormedJson, malformed } from '../../json-body.ts'
import { problemOfIssues } from '../../problems/field-errors.ts'
import { decodeBase64 } from './base64.ts'
import { contentTypeField, LABEL_FIELDS } from './text-fields.ts'

/** Nesting beyond which a JSON body is judged as it is rather than looked into. */
const ENVELOPE_DEPTH_MAX = 200

export const envelopeSchema = z
  .strictObject({
    content: z.unknown().describe('The document: a string, or a JSON value, which is judged as JSON text.'),
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
 * The text of an envelope: a JSON object with `content` and none but an envelope's keys. Null for anything else,
 * which is then itself the document.
 */
export function envelopeText(bytes: Buffer): string | null {
  if (!isUtf8(bytes) || isDeeperThan(bytes, ENVELOPE_DEPTH_MAX)) return null
  const text = bytes.toString('utf8')
  try {
    const value: unknown = JSON.parse(text)
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, 'content')) return null
    return Object.keys(value).every((key) => KEYS.has(key)) ? text : null
  } catch {
    return null
  }
}

/** What an envelope holds. Throws `invalid_request`, `malformed_json`, or `malformed_body` for what is no base64. */
export function openEnvelope(text: string): Submission {
  const parsed = envelopeSchema.safeParse(parseExactly(text))
  if (!parsed.success) throw problemOfIssues('body', parsed.error.issues)
  const { content, content_type, content_encoding, filename, subject, url, metadata } = parsed.data
  const labels = { fileName: filename, subject, url, metadata }
  // A JSON value keeps them, as the escapes they are; a string becomes bytes.
  if (!isWellFormedJson([labels, content_type, typeof content === 'string' ? content : null])) {
    throw malformed('The envelope has half of a surrogate pair in it, which is no character.')
  }
  if (typeof content === 'string') {
    const bytes = content_encoding === 'base64' ? decodeBase64(content) : Buffer.from(content)
    return { ...labels, content: bytes, contentType: content_type }
  }
  if (content_encoding !== null) {
    throw fieldProblem('malformed_body', 'content_encoding', 'Base64 is a string; `content` is not one.')
  }
  return {
    ...labels,
    content: Buffer.from(JSON.stringify(content)),
    contentType: content_type ?? 'application/json',
  }
}

interface ExactJson {
  parse(
    text: string,
    reviver: (key: string, value: unknown, context: { source?: string }) => unknown,
  ): unknown
  rawJSON(source: string): unknown
}

/** Keeps each number as it was written: a document's 12345678901234567890 must not be judged as another number. */
function parseExactly(text: string): unknown {
  // Part of the language since ES2026, and of Node since 22; TypeScript's library does not have it yet.
  const json = JSON as unknown as ExactJson
  return json.parse(text, (_key, value, { source }) =>
    typeof value === 'number' && source !== undefined && String(value) !== source
      ? json.rawJSON(source)
      : value,
  )
}
