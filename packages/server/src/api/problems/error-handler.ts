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
    const known = toProblem(error, request, settings.requestBytesMax)
    if (isCutOff(error, request)) request.log.debug({ err: error, request_id: request.id }, 'request cut off')
    else if (known === null) request.log.error({ err: error, request_id: request.id }, 'request failed')
    const problem =
      known ?? new Problem('internal_error', 'The server failed. Its log says why, under this request id.')
    return sendProblem(problem, request, reply, settings.baseUrl)
  }
}

export function sendProblem(
  problem: Problem,
  request: FastifyRequest,
  reply: FastifyReply,
  baseUrl: string,
): FastifyReply {
  // What the framework refuses by itself has passed no hook that would have set it.
  void reply.header('x-request-id', request.id)
  if (problem.code === 'unauthorized') void reply.header('www-authenticate', challenge(request.headers))
  if (problem.status === 503) void reply.header('retry-after', RETRY_AFTER_SECONDS)
  return reply
    .code(problem.status)
    .type(PROBLEM_CONTENT_TYPE)
    .send(JSON.stringify(problemBody(problem, baseUrl, request.id)))
}

/** The refusal that an error stands for; null when it stands for none, and so for a fault of ours. */
function toProblem(error: unknown, request: FastifyRequest, requestBytesMax: number): Problem | null {
  if (error instanceof Problem) return error
  if (isCutOff(error, request)) return fieldProblem('malformed_body', 'body', 'The body was cut off.')
  const { code = '', statusCode = 500 } = (error ?? {}) as Partial<FastifyError>
  switch (code) {
    case 'FST_ERR_CTP_BODY_TOO_LARGE':
      return fieldProblem(
        'request_too_large',
        'body',
        `The body is larger than ${requestBytesMax} bytes, the most this server reads.`,
      )
    case 'FST_ERR_CTP_INVALID_MEDIA_TYPE':
      return unsupportedMediaType(request)
    case 'FST_ERR_CTP_INVALID_CONTENT_LENGTH':
      return fieldProblem('malformed_body', 'body', 'The body is not as long as Content-Length says.')
    case 'FST_ERR_BAD_URL':
    case 'FST_ERR_MAX_PARAM_LENGTH':
      return notFound()
    default:
      return code.startsWith('FST_') ? frameworkProblem(statusCode) : null
  }
}

/** What Fastify refuses by a code that has no sentence of its own here. */
function frameworkProblem(statusCode: number): Problem | null {
  if (statusCode < 400 || statusCode >= 500) return null
  switch (statusCode) {
    case 404:
      return notFound()
    case 408:
      return new Problem('request_timeout', 'The request did not arrive in time.')
    case 413:
      return new Problem('request_too_large', 'The body is larger than this server reads.')
    case 415:
      return new Problem('unsupported_media_type', 'The content type of the body cannot be read.')
    default:
      return new Problem('malformed_request', 'The request cannot be read.')
  }
}

/** A body of a document may have any type, so long as it is one; elsewhere only JSON is read. */
function unsupportedMediaType({ routeOptions }: FastifyRequest): Problem {
  const message =
    routeOptions.config.bodyKind === 'bytes'
      ? 'Must be a media type, such as application/json.'
      : 'Must be application/json.'
  return fieldProblem('unsupported_media_type', 'Content-Type', message)
}

/** The client went away, or fell silent, before its request was whole: nothing of ours broke. */
function isCutOff(error: unknown, { raw }: FastifyRequest): boolean {
  return (error as NodeJS.ErrnoException | null)?.code === 'ECONNRESET' && raw.readableAborted
}

/** One sentence for whatever is not there, so that nobody learns what other organizations have. */
export function notFound(): Problem {
  return new Problem('not_found', 'There is nothing here by that name or id.')
}
