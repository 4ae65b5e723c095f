import type { FastifySchemaCompiler, FastifyServerOptions } from 'fastify'
import { serializerCompiler } from 'fastify-type-provider-zod'
import type { z } from 'zod'
import { fieldProblem } from '../core/errors.ts'
import { problemOfIssues } from './problems/field-errors.ts'

/** What the whole of a part is called in a refusal. */
const PART_NAMES: Readonly<Record<string, string>> = {
  body: 'body',
  querystring: 'query',
  params: 'path',
  headers: 'headers',
}

/** Holds each part of a request against its schema; a refusal names every field at fault. */
const validatorCompiler: FastifySchemaCompiler<z.ZodType> =
  ({ schema, httpPart }) =>
  (data: unknown) => {
    // Fastify hands an absent body in as null; a body that says null is no better.
    const isAbsent = httpPart === 'body' && data === null
    const parsed = schema.safeParse(isAbsent ? undefined : data)
    if (parsed.success) return { value: parsed.data }
    const part = PART_NAMES[httpPart ?? ''] ?? 'request'
    if (isAbsent) {
      return { error: fieldProblem('invalid_request', 'body', 'Required: a JSON object.') }
    }
    return { error: problemOfIssues(part, parsed.error.issues) }
  }

/**
 * Given to Fastify as it is made: told later, by `setValidatorCompiler`, it has loaded three copies of ajv by then. Its
 * types know ajv's compilers only.
 */
export const schemaController = {
  compilersFactory: { buildValidator: () => validatorCompiler, buildSerializer: () => serializerCompiler },
} as unknown as NonNullable<FastifyServerOptions['schemaController']>
