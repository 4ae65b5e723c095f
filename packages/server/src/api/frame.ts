import Fastify, {
  LogController,
  type FastifyBaseLogger,
  type FastifyInstance,
  type FastifyRequest,
} from 'fastify'
import { fieldProblem } from '../core/errors.ts'
import { SECOND_MS } from '../core/time.ts'
import type { ApiContext } from './context.ts'
import { createClientErrorHandler } from './problems/client-errors.ts'
import { createErrorHandler, notFound } from './problems/error-handler.ts'
import { safeHeaders } from './safe-headers.ts'
import { schemaController } from './validation.ts'

/** From the first byte of a request to its last; a client that drips its request holds no socket for longer. */
const REQUEST_MS_MAX = 60 * SECOND_MS
/** Longest part of a path that is read as an id or slug. */
const PARAMETER_CHARACTERS_MAX = 200

export type FrameContext = Pick<ApiContext, 'settings' | 'ids'> & { logger: FastifyBaseLogger }

/** A Fastify without routes, whose answers bear a request id and safe headers, and whose refusals are problem documents. */
export async function createFrame({ settings, ids, logger }: FrameContext): Promise<FastifyInstance> {
  const handleError = createErrorHandler(settings)
  const headers = safeHeaders()
  const app: FastifyInstance = Fastify({
    loggerInstance: logger,
    // The engine logs one wide line for each event, attempt and run; a line for each request would drown them.
    logController: new LogController({ disableRequestLogging: true }),
    genReqId: () => ids.uuid(),
    bodyLimit: settings.requestBytesMax,
    requestTimeout: REQUEST_MS_MAX,
    // Node would refuse it without a word; requireHost() says what is missing.
    http: { requireHostHeader: false },
    clientErrorHandler: createClientErrorHandler({ settings, ids, logger }),
    schemaController,
    routerOptions: { ignoreTrailingSlash: true, maxParamLength: PARAMETER_CHARACTERS_MAX },
    // What is refused before it is routed meets no hook.
    frameworkErrors: (error, request, reply) =>
      void handleError(error, request, reply.headers(headers).header('x-request-id', request.id)),
    // What arrives while the server stops is still answered; `/readyz` says to look elsewhere.
    return503OnClosing: false,
  })
  app.setErrorHandler(handleError)
  app.setNotFoundHandler(() => {
    throw notFound()
  })
  app.addHook('onRequest', (request, reply, next) => {
    void reply.headers(headers).header('x-request-id', request.id)
    requireHost(request)
    next()
  })
  // RFC 9110, section 10.1.1: an expectation that is not known may be passed over.
  app.server.on('checkExpectation', (request, response) => app.server.emit('request', request, response))
  return app
}

/** RFC 9112, section 3.2. */
function requireHost({ raw }: FastifyRequest): void {
  if (raw.headers.host === undefined && raw.httpVersion === '1.1') {
    throw fieldProblem('malformed_request', 'Host', 'Required.')
  }
}
