import { isUtf8 } from 'node:buffer'
import { fieldProblem, Problem } from '../../../core/errors.ts'
import type { Submission } from '../../../core/run.ts'
import { parseJsonBody } from '../../json-body.ts'
import type { Form } from '../../multipart-form.ts'
import { problemOfIssues } from '../../problems/field-errors.ts'
import { decodeBase64 } from './base64.ts'
import { ENVELOPE_TYPE, envelopeText, openEnvelope } from './envelope.ts'
import { openForm } from './form.ts'
import { contentTypeField, LABEL_FIELDS } from './text-fields.ts'

/** A request that hands in a document, before anybody has looked at what form it has. */
export interface SubmissionRequest {
  body: Buffer | Form | null
  contentType: string | null
  contentEncoding: string | null
  /** Of `X-Filename`, as HTTP gives it. */
  fileName: string | null
  /** Of `?subject=`. */
  subject: string | null
  /** Whether the workflow takes a URL in place of a document. */
  judgesPages: boolean
}

/**
 * The document of one of the three forms: multipart/form-data with a part `file`; a JSON envelope with `content` (or,
 * where pages are judged, with `url` alone: `content` is null then); or the raw body, whatever its type. Throws `malformed_body`, `invalid_request`, `unsupported_media_type`.
 */
export function readSubmission(request: SubmissionRequest): Submission {
  if (request.body === null || (Buffer.isBuffer(request.body) && request.body.length === 0)) {
    throw fieldProblem('invalid_request', 'body', 'Required: the document to judge.')
  }
  const submission = open(request.body, request)
  return {
    ...submission,
    subject: submission.subject ?? request.subject,
  }
}

function open(body: Buffer | Form, request: SubmissionRequest): Submission {
  if (!Buffer.isBuffer(body)) return openForm(body)
  const contentType = contentTypeOf(request.contentType)
  const essence = contentType?.split(';', 1)[0]?.trim().toLowerCase()
  const raw = { fileName: fileNameOf(request.fileName), contentType, subject: null, url: null, metadata: {} }

  // A coded body is a document by itself: an envelope says in `content_encoding` how its content is written.
  if (isBase64(request.contentEncoding)) return { ...raw, content: decodeBase64(body.toString('latin1')) }
  if (essence === ENVELOPE_TYPE) return { ...raw, ...openEnvelope(wellFormed(body)) }
  const envelope = essence === 'application/json' ? envelopeText(body, request.judgesPages) : null
  if (envelope === null) return { ...raw, content: body }
  const opened = openEnvelope(envelope)
  return { ...opened, fileName: opened.fileName ?? raw.fileName }
}

/** Throws `malformed_json`, as for any JSON body. */
function wellFormed(body: Buffer): string {
  parseJsonBody(body)
  return body.toString('utf8')
}

function isBase64(contentEncoding: string | null): boolean {
  const coding = contentEncoding?.trim().toLowerCase() ?? 'identity'
  if (coding === 'base64') return true
  if (coding === 'identity' || coding === '') return false
  throw new Problem('unsupported_media_type', `The content coding ${coding} cannot be read.`, [
    { field: 'Content-Encoding', message: 'Must be base64, or left out.' },
  ])
}

/** Header values arrive as Latin-1; a name that was sent as UTF-8 is read as that. */
function fileNameOf(header: string | null): string | null {
  if (header === null) return null
  const bytes = Buffer.from(header, 'latin1')
  const parsed = LABEL_FIELDS.filename.safeParse(isUtf8(bytes) ? bytes.toString('utf8') : header)
  if (parsed.success) return parsed.data
  throw problemOfIssues('X-Filename', parsed.error.issues)
}

function contentTypeOf(header: string | null): string | null {
  // A tab may stand there for a space (RFC 9110, section 5.6.3).
  const parsed = contentTypeField.safeParse(header?.replaceAll('\t', ' ').trim() || null)
  if (parsed.success) return parsed.data
  throw problemOfIssues('Content-Type', parsed.error.issues)
}
