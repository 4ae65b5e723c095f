import { z } from 'zod'
import { eventTypeSummaries } from '../../catalogue/event-type-summaries.ts'
import type { AnyOperation } from '../operation.ts'

type Json = Record<string, unknown>

/** The parts of an OpenAPI 3.1 document that are touched here. */
export interface OpenApiDocument extends Json {
  paths: Record<string, Record<string, Json>>
  components: { schemas: Record<string, Json> }
  webhooks?: Json
}

const IDEMPOTENCY_HEADER = {
  name: 'Idempotency-Key',
  in: 'header',
  required: false,
  schema: { type: 'string', maxLength: 255 },
  description: 'Makes it safe to repeat the request for 24 hours.',
}

/** Adds what Fastify's schemas cannot say, and tidies what the conversion from zod leaves behind. */
export function finishDocument(
  document: OpenApiDocument,
  operations: readonly AnyOperation[],
): OpenApiDocument {
  const paths: OpenApiDocument['paths'] = {}
  for (const operation of operations) {
    const path = operation.path.replace(/:(\w+)/g, '{$1}')
    const method = operation.method.toLowerCase()
    const entry = document.paths[path]?.[method]
    if (entry === undefined) continue
    finishBody(entry, operation)
    if (operation.problems?.includes('idempotency_conflict')) {
      entry.parameters = [...((entry.parameters as Json[] | undefined) ?? []), IDEMPOTENCY_HEADER]
    }
    // Rebuilt, so that paths stand in the order of the index and not in that of registration.
    paths[path] = { ...paths[path], [method]: entry }
  }
  return withPlainNames(withoutUnused({ ...document, paths, webhooks: webhookSection() }))
}

function finishBody(entry: Json, { body, bodyContent }: AnyOperation): void {
  if (bodyContent) entry.requestBody = { required: true, content: contentOf(bodyContent) }
  else if (body === undefined) delete entry.requestBody
  else if (body.safeParse(undefined).success)
    entry.requestBody = { ...(entry.requestBody as Json), required: false }
}

function contentOf(schemas: Readonly<Record<string, z.ZodType>>): Json {
  return Object.fromEntries(
    Object.entries(schemas).map(([contentType, schema]) => {
      const jsonSchema = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' })
      delete jsonSchema.$schema
      delete jsonSchema.id
      return [contentType, { schema: jsonSchema }]
    }),
  )
}

/** OpenAPI 3.1's place for the requests that the server makes: one for each line of the catalogue. */
function webhookSection(): Json {
  return Object.fromEntries(
    eventTypeSummaries().map(({ type, description, schema, example }) => [
      type,
      {
        post: {
          operationId: `on.${type}`,
          summary: type,
          // A signature tells who sent it; the API's keys have no part in it.
          security: [],
          description,
          requestBody: {
            required: true,
            content: { 'application/json': { schema: withoutDialect(schema), example } },
          },
          responses: {
            '2XX': { description: 'Received.' },
            default: {
              description: 'The delivery is retried by the retry schedule. A 410 disables the webhook.',
            },
          },
        },
      },
    ]),
  )
}

/** The document as a whole says that its schemas are 2020-12. */
function withoutDialect(schema: Json): Json {
  return Object.fromEntries(Object.entries(schema).filter(([key]) => key !== '$schema'))
}

const REFERENCE = '#/components/schemas/'

/** The conversion makes an input and an output form of every named schema, wanted or not. */
function withoutUnused(document: OpenApiDocument): OpenApiDocument {
  const { schemas } = document.components
  const used = new Set<string>()
  const pending = referencesIn(document.paths)
  for (let name = pending.pop(); name !== undefined; name = pending.pop()) {
    if (used.has(name)) continue
    used.add(name)
    pending.push(...referencesIn(schemas[name]))
  }
  const kept = Object.entries(schemas).filter(([name]) => used.has(name))
  return { ...document, components: { ...document.components, schemas: Object.fromEntries(kept) } }
}

function referencesIn(part: unknown): string[] {
  const text = JSON.stringify(part) as string | undefined
  return [...(text ?? '').matchAll(/"\$ref":"#\/components\/schemas\/([^"]+)"/g)].map(
    (match) => match[1] ?? '',
  )
}

/** `NewWebhookInput` is called `NewWebhook` where no output form claims the name. */
function withPlainNames(document: OpenApiDocument): OpenApiDocument {
  const names = Object.keys(document.components.schemas)
  const plain = names.filter(
    (name) => name.endsWith('Input') && !names.includes(name.slice(0, -'Input'.length)),
  )
  let text = JSON.stringify(document)
  for (const name of plain) {
    const shorter = name.slice(0, -'Input'.length)
    text = text
      .replaceAll(`"${REFERENCE}${name}"`, `"${REFERENCE}${shorter}"`)
      .replaceAll(`"${name}":{`, `"${shorter}":{`)
  }
  return JSON.parse(text) as OpenApiDocument
}
