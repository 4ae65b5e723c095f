import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify'
import { fieldProblem, Problem } from '../../core/errors.ts'
import { challenge } from '../authenticate.ts'
import type { ApiSettings } from '../context.ts'
import { PROBLEM_CONTENT_TYPE, problemBody } from './problem-body.ts'

/** Seconds after which a request that met a full queue is worth repeating. */
const RETRY_AFTER_SECONDS = 1

/**
 * Where every refusal ends, whatever threw it. A fault of ours is logged with the request's id and answered without
 * a word of what happened inside.
 */
export function createErrorHandler(settings: Pick<ApiSettings, 'baseUrl' | 'requestBytesMax'>) {
  return (error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply => {
    const known = toProblem(error, settings.requestBytesMax)
    if (known === null) request.log.error({ err: error, request_id: request.id }, 'request failed')
    const problem =
      known ??
      new Problem(
        'internal_error',
        'Something broke in the server; its log tells what, under this request id.',
      )
    return sendProblem(problem, request, reply, settings.baseUrl)
  }
}

export function sendProblem(
  problem: Problem,
  request: FastifyRequest,
  reply: FastifyReply,
  baseUrl: string,
): FastifyReply {
  if (problem.code === 'unauthorized') void reply.header('www-authenticate', challenge(request.headers))
  if (problem.status === 503) void reply.header('retry-after', RETRY_AFTER_SECONDS)
  return reply
    .code(problem.status)
    .type(PROBLEM_CONTENT_TYPE)
    .send(JSON.stringify(problemBody(problem, baseUrl, request.id)))
}

/** The refusal that an error stands for; null when it stands for none, and so for a fault of ours. */
function toProblem(error: unknown, requestBytesMax: number): Problem | null {
  if (error instanceof Problem) return error
  switch ((error as Partial<FastifyError> | null)?.code ?? '') {
    case 'FST_ERR_CTP_BODY_TOO_LARGE':
      return fieldProblem(
        'request_too_large',
        'body',
        `The body is larger than ${requestBytesMax} bytes, the most this server reads.`,
      )
    case 'FST_ERR_CTP_INVALID_MEDIA_TYPE':
      return new Problem('unsupported_media_type', 'Send the body as application/json.', [
        { field: 'Content-Type', message: 'Must be application/json.' },
      ])
    case 'FST_ERR_CTP_INVALID_CONTENT_LENGTH':
      return fieldProblem('malformed_body', 'body', 'The body is not as long as Content-Length says.')
    case 'FST_ERR_BAD_URL':
    case 'FST_ERR_MAX_PARAM_LENGTH':
      return notFound()
    default:
      return null
  }
}

/** One sentence for whatever is not there, so that nobody learns what other organizations have. */
export function notFound(): Problem {
  return new Problem('not_found', 'There is nothing here by that name or id.')
}
