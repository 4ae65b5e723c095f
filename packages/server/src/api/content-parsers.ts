import multipart from '@fastify/multipart'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { fieldProblem } from '../core/errors.ts'
import { parseJsonBody } from './json-body.ts'
import { formLimits, readForm } from './multipart-form.ts'

/** JSON and nothing else; the bytes are kept, since an Idempotency-Key is bound to them. */
export function acceptJson(app: FastifyInstance): void {
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('application/json', { parseAs: 'buffer' }, (request, body: Buffer, done) => {
    request.rawBody = body
    try {
      refuseEncoded(request)
      done(null, parseJsonBody(body))
    } catch (error) {
      done(error as Error)
    }
  })
}

/** RFC 9110, section 8.4: what was packed is not taken for text that is broken. */
function refuseEncoded({ headers }: FastifyRequest): void {
  if ((headers['content-encoding'] ?? 'identity').toLowerCase() === 'identity') return
  throw fieldProblem(
    'unsupported_media_type',
    'Content-Encoding',
    'Must be left out: send the body as it is.',
  )
}

/** Any content type, or none: the handler gets the bytes; of a form its parts; null without a body. */
export async function acceptBytes(app: FastifyInstance, requestBytesMax: number): Promise<void> {
  app.removeAllContentTypeParsers()
  await app.register(multipart, { limits: formLimits(requestBytesMax) })
  app.addHook('preValidation', async (request) => {
    request.body = request.isMultipart() ? await readForm(request, requestBytesMax) : (request.body ?? null)
  })
  app.addContentTypeParser('*', { parseAs: 'buffer' }, (request, body: Buffer, done) => {
    request.rawBody = body
    done(null, body)
  })
}
