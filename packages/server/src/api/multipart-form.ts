import type { Multipart } from '@fastify/multipart'
import type { FastifyError, FastifyRequest } from 'fastify'
import { fieldProblem, Problem } from '../core/errors.ts'

/** Bounds of a form beside its file, which may be as large as any body. */
const TEXT_BYTES_MAX = 64 * 1024
const PARTS_MAX = 10
const PART_HEADERS_MAX = 20

/** A multipart/form-data body that was read to its end. */
export interface Form {
  file: { content: Buffer; name: string | null; contentType: string | null } | null
  /** The text parts by name. */
  texts: Record<string, string>
}

export function formLimits(requestBytesMax: number) {
  return {
    fileSize: requestBytesMax,
    fieldSize: TEXT_BYTES_MAX,
    files: 1,
    parts: PARTS_MAX,
    headerPairs: PART_HEADERS_MAX,
  }
}

/**
 * Reads a form whose one file is the part `file`. Throws `request_too_large`, `malformed_body`, and `invalid_request`
 * naming a part that is there twice or does not belong.
 */
export async function readForm(request: FastifyRequest, requestBytesMax: number): Promise<Form> {
  if (Number(request.headers['content-length'] ?? 0) > requestBytesMax) throw tooLarge(requestBytesMax)
  const form: Form = { file: null, texts: {} }
  const seen = new Set<string>()
  try {
    for await (const part of request.parts()) {
      if (seen.has(part.fieldname)) throw invalidPart(part.fieldname, 'This part was sent twice.')
      seen.add(part.fieldname)
      await take(part, form)
    }
  } catch (error) {
    // What is left of the body must be read, or the connection could serve no further request.
    request.raw.unpipe()
    request.raw.resume()
    throw problemOf(error, requestBytesMax)
  }
  return form
}

async function take(part: Multipart, form: Form): Promise<void> {
  if (part.type === 'file') {
    if (part.fieldname !== 'file') throw invalidPart(part.fieldname, 'Only the part `file` may be a file.')
    // An empty file name is what a form sends for none.
    form.file = {
      content: await part.toBuffer(),
      name: part.filename || null,
      contentType: part.mimetype || null,
    }
  } else {
    if (part.valueTruncated) throw invalidPart(part.fieldname, `Must be at most ${TEXT_BYTES_MAX} bytes.`)
    const text = String(part.value)
    if (part.fieldname === 'file') form.file = { content: Buffer.from(text), name: null, contentType: null }
    else form.texts[part.fieldname] = text
  }
}

function problemOf(error: unknown, requestBytesMax: number): Problem {
  if (error instanceof Problem) return error
  switch ((error as Partial<FastifyError>).code ?? '') {
    case 'FST_REQ_FILE_TOO_LARGE':
      return tooLarge(requestBytesMax)
    case 'FST_FILES_LIMIT':
    case 'FST_PARTS_LIMIT':
      return invalidPart('body', `Must have at most one file and ${PARTS_MAX} parts.`)
    case 'FST_PROTO_VIOLATION':
      return invalidPart('body', 'A part must not be called __proto__, constructor or the like.')
    default:
      return fieldProblem(
        'malformed_body',
        'body',
        'The body is not multipart/form-data with the boundary that its Content-Type names.',
      )
  }
}

function invalidPart(field: string, message: string): Problem {
  return fieldProblem('invalid_request', field, message)
}

function tooLarge(requestBytesMax: number): Problem {
  const message = `The body is larger than ${requestBytesMax} bytes, the most this server reads.`
  return fieldProblem('request_too_large', 'body', message)
}
