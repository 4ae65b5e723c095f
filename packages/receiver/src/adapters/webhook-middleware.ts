import type { IncomingMessage, ServerResponse } from 'node:http'
import { refusalStatus } from '../verify/refusal-status.ts'
import type { Refused, Verified } from '../verify/result.ts'
import type { AdapterOptions } from './options.ts'
import type { NodeRequest } from './read-node-body.ts'
import { verifyNodeRequest } from './verify-node-request.ts'

/** A request that passed the middleware. */
export type VerifiedRequest = NodeRequest & { webhook?: Verified }

export interface MiddlewareOptions extends AdapterOptions {
  /** Told of each refusal before it is answered, for a log. What it throws goes to the framework's error handler. */
  readonly onRefused?: ((refused: Refused, request: IncomingMessage) => void) | undefined
}

/** What Express, Connect and their kin take with `use` or in a route. */
export type WebhookMiddleware = (
  request: VerifiedRequest,
  response: ServerResponse,
  next: (error?: unknown) => void,
) => void

/**
 * Middleware that lets genuine requests through with the result in `request.webhook`, and answers others with the status
 * of `refusalStatus` and the JSON `{error: reason, detail}`, which the sender's delivery log then shows.
 *
 * Put it before `express.json()`, or behind `express.raw({ type: '*\/*' })`: once a JSON parser had the body, every request
 * is refused with `body_parsed`.
 */
export function webhookMiddleware(options: MiddlewareOptions): WebhookMiddleware {
  return (request, response, next) => {
    handle(request, response, options).then((passed) => {
      if (passed) next()
    }, next)
  }
}

async function handle(
  request: VerifiedRequest,
  response: ServerResponse,
  options: MiddlewareOptions,
): Promise<boolean> {
  const result = await verifyNodeRequest(request, options)
  if (result.ok) {
    request.webhook = result
    return true
  }
  options.onRefused?.(result, request)
  answer(response, result)
  return false
}

function answer(response: ServerResponse, { reason, detail }: Refused): void {
  response.statusCode = refusalStatus(reason)
  response.setHeader('content-type', 'application/json; charset=utf-8')
  if (reason === 'body_too_large') response.setHeader('connection', 'close')
  response.end(JSON.stringify({ error: reason, detail }))
}
