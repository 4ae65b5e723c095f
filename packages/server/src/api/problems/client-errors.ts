import { STATUS_CODES } from 'node:http'
import type { Socket } from 'node:net'
import type { FastifyBaseLogger } from 'fastify'
import { fieldProblem, Problem } from '../../core/errors.ts'
import type { Ids } from '../../core/ids.ts'
import type { ApiSettings } from '../context.ts'
import { PROBLEM_CONTENT_TYPE, problemBody } from './problem-body.ts'

/** Node keeps the answer under way on its socket under this name, and reads it for the same purpose. */
interface AnsweringSocket extends Socket {
  _httpMessage?: { headersSent: boolean } | null
}

/**
 * Answers what no route ever sees, since Node could not read it as an HTTP request: with a problem document like any
 * other refusal, on the bare socket, which is closed after it.
 */
export function createClientErrorHandler({
  settings,
  ids,
  logger,
}: {
  settings: Pick<ApiSettings, 'baseUrl'>
  ids: Pick<Ids, 'uuid'>
  logger: FastifyBaseLogger
}) {
  return (error: Error & { code?: string }, socket: AnsweringSocket): void => {
    if (error.code === 'ECONNRESET' || socket.destroyed) return
    const requestId = ids.uuid()
    // Not the error itself: it carries the bytes that came, and an API key among them.
    const { code, message } = error
    logger.debug({ reason: code ?? message, request_id: requestId }, 'a request could not be read')
    // Half of another answer may be out already; a second one in the middle of it would corrupt it.
    if (!socket.writable || socket._httpMessage?.headersSent) {
      socket.destroy()
      return
    }
    socket.end(answerText(clientProblem(error), settings.baseUrl, requestId), () => socket.destroy())
  }
}

/** The refusal that an error of Node's parser stands for. */
function clientProblem({ code = '' }: { code?: string }): Problem {
  switch (code) {
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return new Problem('request_timeout', 'The request did not arrive in time.')
    case 'HPE_HEADER_OVERFLOW':
      return new Problem(
        'header_too_large',
        'Together, the request line and the header fields are too large.',
      )
    case 'HPE_INVALID_CONTENT_LENGTH':
    case 'HPE_UNEXPECTED_CONTENT_LENGTH':
      return fieldProblem('malformed_request', 'Content-Length', 'Must be sent once, with digits only.')
    case 'HPE_INVALID_HEADER_TOKEN':
      return new Problem('malformed_request', 'A header field has a character that is not allowed.')
    default:
      return new Problem('malformed_request', 'This is not an HTTP/1.1 request.')
  }
}

function answerText(problem: Problem, baseUrl: string, requestId: string): string {
  const body = JSON.stringify(problemBody(problem, baseUrl, requestId))
  return [
    `HTTP/1.1 ${problem.status} ${STATUS_CODES[problem.status] ?? ''}`,
    `content-type: ${PROBLEM_CONTENT_TYPE}`,
    `content-length: ${Buffer.byteLength(body)}`,
    `x-request-id: ${requestId}`,
    'x-content-type-options: nosniff',
    'cache-control: no-store',
    'connection: close',
    '',
    body,
  ].join('\r\n')
}
