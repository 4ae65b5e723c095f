import { z } from 'zod'
import { fieldProblem } from '../../../core/errors.ts'
import type { Submission } from '../../../core/run.ts'
import { parseJsonBody } from '../../json-body.ts'
import type { Form } from '../../multipart-form.ts'
import { problemOfIssues } from '../../problems/field-errors.ts'
import { decodeBase64 } from './base64.ts'
import { contentTypeField, LABEL_FIELDS } from './text-fields.ts'

/** The text parts beside `file`. */
const partsSchema = z.strictObject({
  filename: LABEL_FIELDS.filename,
  content_type: contentTypeField,
  content_encoding: z.literal('base64').nullable().default(null),
  metadata: LABEL_FIELDS.metadata,
  subject: LABEL_FIELDS.subject,
  url: LABEL_FIELDS.url,
})

/** The submission of a form. Throws `invalid_request`, or `malformed_body` for what is not the base64 it says it is. */
export function openForm({ file, texts }: Form): Submission {
  if (file === null)
    throw fieldProblem('invalid_request', 'file', 'Required: the part that holds the document.')
  const parsed = partsSchema.safeParse({
    filename: file.name,
    content_type: file.contentType,
    ...texts,
    ...(texts.metadata !== undefined && { metadata: jsonOf(texts.metadata) }),
  })
  if (!parsed.success) throw problemOfIssues('body', parsed.error.issues)

  const { filename, content_type, content_encoding, metadata, subject, url } = parsed.data
  return {
    content: content_encoding === 'base64' ? decodeBase64(file.content.toString('latin1')) : file.content,
    fileName: filename,
    contentType: content_type,
    metadata,
    subject,
    url,
  }
}

function jsonOf(text: string): unknown {
  try {
    return parseJsonBody(Buffer.from(text))
  } catch {
    throw fieldProblem('invalid_request', 'metadata', 'Must be a JSON object.')
  }
}
