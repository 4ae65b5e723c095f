import type { FastifyInstance, FastifyRequest, FastifySchema } from 'fastify'
import { z } from 'zod'
import { PROBLEMS, type ProblemCode } from '../core/errors.ts'
import { requireFeature } from '../identity/tiers.ts'
import { requireAccess, type Authenticate, type Caller } from './authenticate.ts'
import type { ApiSettings } from './context.ts'
import { readIdempotencyKey } from './idempotency.ts'
import { ANY_QUERY, type AnyOperation, type Call } from './operation.ts'
import { problemSchema } from './problems/problem-body.ts'
import { shownTo } from './shown-to.ts'
import { logChange } from '../telemetry/wide-lines.ts'

declare module 'fastify' {
  interface FastifyRequest {
    /** Null on operations that are open to everybody. */
    caller: Caller | null
    /** The body's bytes as they came; null without a body. */
    rawBody: Buffer | null
  }
  interface FastifyContextConfig {
    bodyKind?: AnyOperation['bodyKind']
  }
}

const NO_FIELDS = z.strictObject({})
/** A POST that takes nothing may come without a body, or with an empty object. */
const NO_BODY = z.strictObject({}).optional()

export function registerOperation(
  app: FastifyInstance,
  operation: AnyOperation,
  authenticate: Authenticate,
  settings: Pick<ApiSettings, 'baseUrl'>,
): void {
  app.route({
    method: operation.method,
    url: operation.path,
    schema: schemaOf(operation),
    config: {
      ...(operation.access.length === 0 && { rateLimit: false }),
      bodyKind: operation.bodyKind ?? 'json',
    },
    // Before the body is read: nobody without a key makes the server take a megabyte.
    async onRequest(request, reply) {
      // Answers hold secrets and change with every attempt.
      void reply.header('cache-control', 'no-store')
      if (operation.access.length === 0) return
      const caller = await authenticate(request.headers)
      requireAccess(caller, operation.access)
      if (operation.feature) requireFeature(caller.organization, operation.feature)
      request.caller = caller
    },
    async handler(request, reply) {
      const answer = await operation.handle(callOf(request))
      if (isChange(operation)) noteChange(app, operation, request, answer.body)
      void reply.code(answer.status).headers(answer.headers ?? {})
      if (answer.headers?.location !== undefined) {
        void reply.header('location', basePath(settings) + answer.headers.location)
      }
      return answer.status === 204 ? reply.send() : reply.send(shownTo(request.caller, answer.body))
    },
  })
}

/** What happens all day long has lines of its own. */
const WITHOUT_CHANGES: ReadonlySet<AnyOperation['tag']> = new Set(['events', 'runs', 'operations'])

/** Whether the log tells who asked for it: changes of what is configured, and the one look at a secret. */
function isChange({ id, method, tag }: AnyOperation): boolean {
  return id === 'revealSecret' || (method !== 'GET' && !WITHOUT_CHANGES.has(tag))
}

function noteChange(
  app: FastifyInstance,
  { id: operation }: AnyOperation,
  { caller, params, id: requestId }: FastifyRequest,
  body: unknown,
): void {
  if (caller === null) return
  const { organization, key } = caller
  const target = idIn(params) ?? idIn(body)
  logChange(app.log, { operation, organizationId: organization.id, keyId: key.id, target, requestId })
}

/** The id, slug or name by which a path or an answer says what it is about. */
function idIn(value: unknown): string | null {
  if (typeof value !== 'object' || value === null) return null
  for (const name of TARGET_NAMES) {
    const found = (value as Record<string, unknown>)[name]
    if (typeof found === 'string' || typeof found === 'number') return String(found)
  }
  return null
}

const TARGET_NAMES = ['id', 'type', 'slug', 'name'] as const

/** The path that a proxy takes off before a request arrives here: that of the base URL, without a slash at its end. */
export function basePath({ baseUrl }: Pick<ApiSettings, 'baseUrl'>): string {
  return new URL(baseUrl).pathname.replace(/\/+$/, '')
}

function callOf(request: FastifyRequest): Call<unknown, unknown, unknown> {
  const { method, headers, rawBody } = request
  return {
    // Operations that are open to everybody never look at it.
    caller: request.caller as Caller,
    params: request.params,
    query: request.query,
    body: request.body,
    rawBody,
    requestId: request.id,
    header(name) {
      const value = headers[name]
      return typeof value === 'string' ? value : undefined
    },
    idempotency(asked = [headers['content-type'] ?? null, rawBody]) {
      const path = request.url.replace(/\?.*$/s, '').replace(/\/+$/, '')
      return readIdempotencyKey(headers['idempotency-key'], [method, path, ...asked])
    },
  }
}

/** What Fastify and the OpenAPI document know of an operation. */
export function schemaOf(operation: AnyOperation): FastifySchema {
  const takesJson =
    operation.bodyKind !== 'bytes' && operation.method !== 'GET' && operation.method !== 'DELETE'
  return {
    operationId: operation.id,
    tags: [operation.tag],
    summary: operation.summary,
    ...(operation.description && { description: operation.description }),
    security: operation.access.length === 0 ? [] : [{ apiKey: [] }, { bearer: [] }],
    params: operation.params ?? NO_FIELDS,
    querystring: operation.query ?? NO_FIELDS,
    ...(takesJson && { body: operation.body ?? NO_BODY }),
    response: { ...answerSchemas(operation), ...problemSchemas(operation) },
  }
}

function answerSchemas({ answers }: AnyOperation): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(answers).map(([status, schema]) => [
      status,
      status === '204'
        ? schema
        : { description: schema.description ?? 'Done.', content: { 'application/json': { schema } } },
    ]),
  )
}

function problemSchemas(operation: AnyOperation): Record<string, unknown> {
  const byStatus = Map.groupBy(problemCodes(operation), (code) => String(PROBLEMS[code].status))
  return Object.fromEntries(
    [...byStatus].map(([status, codes]) => [
      status,
      {
        description: codes.map((code) => `\`${code}\`: ${PROBLEMS[code].title}.`).join(' '),
        content: { 'application/problem+json': { schema: problemSchema } },
      },
    ]),
  )
}

/** What the definition itself makes possible, then what the operation adds. */
function problemCodes(operation: AnyOperation): ProblemCode[] {
  const codes = new Set<ProblemCode>(['internal_error'])
  if (operation.access.length > 0) {
    for (const code of ['unauthorized', 'insufficient_scope', 'rate_limited'] as const) codes.add(code)
  }
  if (operation.feature) codes.add('tier_required')
  if (operation.params) codes.add('not_found')
  // A query field that nobody knows is refused everywhere else.
  if (operation.query !== ANY_QUERY) codes.add('invalid_request')
  if (operation.method !== 'GET') {
    for (const code of ['malformed_body', 'request_too_large', 'unsupported_media_type'] as const)
      codes.add(code)
    for (const code of ['store_unavailable', 'store_full'] as const) codes.add(code)
    if (operation.bodyKind !== 'bytes') codes.add('malformed_json')
  }
  for (const code of operation.problems ?? []) codes.add(code)
  return [...codes].sort((one, other) => PROBLEMS[one].status - PROBLEMS[other].status)
}
