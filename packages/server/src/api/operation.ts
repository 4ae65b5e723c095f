import { z } from 'zod'
import type { ProblemCode } from '../core/errors.ts'
import type { Feature } from '../identity/tiers.ts'
import type { Access, Caller } from './authenticate.ts'
import type { ApiContext } from './context.ts'
import type { IdempotencyKey } from './services.ts'

export type Tag =
  | 'webhooks'
  | 'channels'
  | 'deliveries'
  | 'events'
  | 'event types'
  | 'runs'
  | 'monitors'
  | 'workflows'
  | 'projects'
  | 'alerts'
  | 'organizations'
  | 'API keys'
  | 'operations'

/** For operations that pass over whatever query string they are asked with. */
export const ANY_QUERY = z.object({})

/** What a handler is handed once the key, the scope, the tier and every field have been found right. */
export interface Call<Params, Query, Body> {
  caller: Caller
  params: Params
  query: Query
  body: Body
  /** The body's bytes as they came; null without a body. */
  rawBody: Buffer | null
  /** Names the request in the log and in every problem. */
  requestId: string
  /** By lower-case name; undefined when absent or given more than once. */
  header: (name: string) => string | undefined
  /**
   * The request's Idempotency-Key with the hash of what was asked; null without one. `asked` replaces the raw body
   * as what is compared, for requests that differ in bytes without differing in meaning.
   */
  idempotency: (asked?: readonly (string | Buffer | null)[]) => IdempotencyKey | null
}

type AnyAnswers = Readonly<Record<number, z.ZodType>>

export type Answer<Answers extends AnyAnswers> = {
  [Status in keyof Answers & number]: {
    status: Status
    body: z.output<Answers[Status]>
    /** A `location` is a path of this API; the base URL's own path is put before it. */
    headers?: Readonly<Record<string, string>>
  }
}[keyof Answers & number]

/**
 * One operation of the API: what it is called, who may call it, what goes in and comes out, and what it does. The
 * route, the checks before it and its page in the OpenAPI document are all made from this.
 */
export interface OperationDefinition<
  Params extends z.ZodType,
  Query extends z.ZodType,
  Body extends z.ZodType,
  Answers extends AnyAnswers,
> {
  /** The OpenAPI operationId, which client generators turn into a function's name. */
  id: string
  method: 'GET' | 'POST' | 'PATCH' | 'DELETE'
  /** Fastify's form, e.g. `/api/v1/webhooks/:id`. A slash at the end is accepted on every path. */
  path: string
  tag: Tag
  /** A few words, no full stop. */
  summary: string
  description?: string
  access: Access
  /** One of them is enough. */
  feature?: Feature | readonly Feature[]
  params?: Params
  query?: Query
  /** Of a JSON body. */
  body?: Body
  /** `bytes`: the body is any content type and reaches the handler as a Buffer; `body` does not apply. */
  bodyKind?: 'json' | 'bytes'
  /** What the OpenAPI document says of the body, by content type, where `body` cannot: of `bytes`, for one. */
  bodyContent?: Readonly<Record<string, z.ZodType>>
  /** By status. */
  answers: Answers
  /** Refusals beyond those that follow from the rest of the definition. */
  problems?: readonly ProblemCode[]
  handle(call: Call<z.output<Params>, z.output<Query>, z.output<Body>>): Promise<Answer<NoInfer<Answers>>>
}

export type AnyOperation = OperationDefinition<z.ZodType, z.ZodType, z.ZodType, AnyAnswers>

/** A file of routes/ exports one of these; it declares what it needs of the context. */
export type MakeOperation = (context: ApiContext) => AnyOperation

/** Keeps each definition's own types while it is written, and gives them up where the index lists them all. */
export function operation<
  Params extends z.ZodType,
  Query extends z.ZodType,
  Body extends z.ZodType,
  const Answers extends AnyAnswers,
>(definition: OperationDefinition<Params, Query, Body, Answers>): AnyOperation {
  return definition as unknown as AnyOperation
}
