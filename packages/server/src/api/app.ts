import helmet from '@fastify/helmet'
import rateLimit from '@fastify/rate-limit'
import Fastify, {
  LogController,
  type FastifyBaseLogger,
  type FastifyInstance,
  type FastifyRequest,
} from 'fastify'
import { serializerCompiler } from 'fastify-type-provider-zod'
import { fieldProblem, Problem } from '../core/errors.ts'
import { MINUTE_MS, SECOND_MS } from '../core/time.ts'
import { requestsPerMinute } from '../identity/tiers.ts'
import { createAuthenticate } from './authenticate.ts'
import { acceptBytes, acceptJson } from './content-parsers.ts'
import type { ApiContext } from './context.ts'
import { DOCS_PATHS, registerDocs } from './docs/register-docs.ts'
import { registerRunPage, RUN_PAGE_PATH } from './pages/run-page.ts'
import { createClientErrorHandler } from './problems/client-errors.ts'
import { createErrorHandler, notFound } from './problems/error-handler.ts'
import { registerOperation, registerOtherMethods } from './register.ts'
import { OPERATIONS } from './routes/index.ts'
import { validatorCompiler } from './validation.ts'

/** From the first byte of a request to its last; a client that drips its request holds no socket for longer. */
const REQUEST_MS_MAX = 60 * SECOND_MS
/** Longest part of a path that is read as an id or slug. */
const PARAMETER_CHARACTERS_MAX = 200
/** Keys whose request counts are kept. When there are more, the one unseen for longest starts again at zero. */
const RATE_LIMITED_KEYS_MAX = 10_000

/**
 * The whole HTTP API, not yet listening: the operations of routes/ under `/api/v1`, `/healthz` and `/readyz`, the
 * OpenAPI document and its pages, and the page of a run. Every refusal is a problem document.
 */
export async function createApi({
  logger,
  ...context
}: ApiContext & { logger: FastifyBaseLogger }): Promise<FastifyInstance> {
  const { settings, store, clock, ids } = context
  const operations = OPERATIONS.map((make) => make(context))
  const authenticate = createAuthenticate(store, clock, logger)
  const handleError = createErrorHandler(settings)

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
    routerOptions: { ignoreTrailingSlash: true, maxParamLength: PARAMETER_CHARACTERS_MAX },
    frameworkErrors: (error, request, reply) => void handleError(error, request, reply),
    // What arrives while the server stops is still answered; `/readyz` says to look elsewhere.
    return503OnClosing: false,
  })
  app.setValidatorCompiler(validatorCompiler)
  app.setSerializerCompiler(serializerCompiler)
  app.setErrorHandler(handleError)
  app.setNotFoundHandler(() => {
    throw notFound()
  })
  app.decorateRequest('caller', null)
  app.decorateRequest('rawBody', null)
  app.addHook('onRequest', async (request, reply) => {
    void reply.header('x-request-id', request.id)
    requireHost(request)
  })
  // RFC 9110, section 10.1.1: an expectation that is not known may be passed over.
  app.server.on('checkExpectation', (request, response) => app.server.emit('request', request, response))
  acceptJson(app)

  await app.register(helmet, HELMET_OPTIONS)
  await app.register(rateLimit, {
    // After authentication (onRequest) and before the body is read.
    hook: 'preParsing',
    cache: RATE_LIMITED_KEYS_MAX,
    timeWindow: MINUTE_MS,
    max: ({ caller }) =>
      requestsPerMinute(caller?.organization.tier ?? 'enterprise', settings.rateLimitPerMinute),
    keyGenerator: rateLimitKey,
    errorResponseBuilder: (_request, { max, after }) =>
      new Problem(
        'rate_limited',
        `More than ${max} requests in a minute; the next one is welcome in ${after}.`,
      ),
  })
  await registerDocs(app, operations, settings)

  for (const operation of operations) {
    if (operation.bodyKind !== 'bytes') registerOperation(app, operation, authenticate, settings)
  }
  await app.register(async (scope) => {
    await acceptBytes(scope, settings.requestBytesMax)
    for (const operation of operations) {
      if (operation.bodyKind === 'bytes') registerOperation(scope, operation, authenticate, settings)
    }
  })
  registerRunPage(app, authenticate, context)
  registerOtherMethods(app, operations, [RUN_PAGE_PATH, ...DOCS_PATHS])
  return app
}

/** RFC 9112, section 3.2. */
function requireHost({ raw }: FastifyRequest): void {
  if (raw.headers.host === undefined && raw.httpVersion === '1.1') {
    throw fieldProblem('malformed_request', 'Host', 'Required.')
  }
}

function rateLimitKey({ caller, ip }: FastifyRequest): string {
  return caller?.key.id ?? ip
}

const HELMET_OPTIONS = {
  // Answers are data, not pages; the few pages set their own.
  contentSecurityPolicy: {
    useDefaults: false,
    directives: {
      defaultSrc: ["'none'"],
      baseUri: ["'none'"],
      formAction: ["'none'"],
      frameAncestors: ["'none'"],
    },
  },
  // One server of a domain has no say over the others.
  strictTransportSecurity: { includeSubDomains: false },
} as const
