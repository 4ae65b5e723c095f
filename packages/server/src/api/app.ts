import rateLimit from '@fastify/rate-limit'
import type { FastifyBaseLogger, FastifyInstance, FastifyRequest } from 'fastify'
import { Problem } from '../core/errors.ts'
import { MINUTE_MS } from '../core/time.ts'
import { requestsPerMinute } from '../identity/tiers.ts'
import type { Store } from '../store/store.ts'
import { createAuthenticate } from './authenticate.ts'
import { acceptBytes, acceptJson } from './content-parsers.ts'
import type { ApiContext } from './context.ts'
import { DOCS_PATHS, registerDocs } from './docs/register-docs.ts'
import { createFrame } from './frame.ts'
import { registerRunPage, RUN_PAGE_PATH } from './pages/run-page.ts'
import { registerOperation } from './register.ts'
import { OPERATIONS } from './routes/index.ts'
import { refuseUnrouted } from './unrouted.ts'

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
  const app = await createFrame({ settings, ids, logger })
  app.decorateRequest('caller', null)
  app.decorateRequest('rawBody', null)
  acceptJson(app)
  holdUntilDurable(app, store)

  await app.register(rateLimit, {
    // After authentication (onRequest) and before the body is read.
    hook: 'preParsing',
    cache: RATE_LIMITED_KEYS_MAX,
    timeWindow: MINUTE_MS,
    max: ({ caller }) =>
      requestsPerMinute(caller?.organization.tier ?? 'enterprise', settings.rateLimitPerMinute),
    keyGenerator: rateLimitKey,
    errorResponseBuilder: (_request, { max, after }) =>
      new Problem('rate_limited', `More than ${max} requests in a minute. Try again in ${after}.`),
  })
  refuseUnrouted(app, operations, [RUN_PAGE_PATH, ...DOCS_PATHS])
  registerDocs(app, async () => {
    const { createDocsSite } = await import('./docs/docs-site.ts')
    return createDocsSite(operations, { settings, ids, logger })
  })

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
  return app
}

/**
 * A read may show what is not on the disk yet, and would be gone after a power cut: no answer leaves before. When the disk
 * has failed nobody is told anything, since nobody knows what is true.
 */
function holdUntilDurable(app: FastifyInstance, store: Pick<Store, 'durable'>): void {
  app.addHook('onSend', (_request, reply, payload, done) => {
    const durable = store.durable()
    if (durable === null) done(null, payload)
    else
      durable.then(
        () => done(null, payload),
        () => void reply.raw.destroy(),
      )
  })
}

function rateLimitKey({ caller, ip }: FastifyRequest): string {
  return caller?.key.id ?? ip
}
