import { z } from 'zod'
import { EVENT_TYPES } from '../../../catalogue/event-types.ts'
import { fieldProblem } from '../../../core/errors.ts'
import { EVENT_TYPE_NAME } from '../../../core/event-type.ts'
import { LIMITS } from '../../../core/limits.ts'

export const typeParams = z.strictObject({ type: z.string() })

export const typeField = z
  .string()
  .max(EVENT_TYPE_NAME.charactersMax)
  .regex(
    EVENT_TYPE_NAME.pattern,
    'Must be words of lower-case letters, digits and underscores with dots between them, such as order.paid.',
  )

export const EVENT_TYPE_FIELDS = {
  description: z.string().max(1_000),
  schema: z
    .record(z.string(), z.unknown())
    .nullable()
    .refine(
      (schema) => Buffer.byteLength(JSON.stringify(schema)) <= LIMITS.eventTypeSchemaBytesMax,
      `Must have at most ${LIMITS.eventTypeSchemaBytesMax} bytes as JSON.`,
    )
    .describe('JSON Schema that the `data` of every event of this type must satisfy; null for no schema.'),
}

/** First words of the built-in types: one that is added later must not meet one of yours. */
const RESERVED_WORDS = new Set(EVENT_TYPES.map(({ type }) => firstWord(type)))

/** Throws `built_in_event_type` on field `type` for names that are the server's own. */
export function checkOwnName(type: string): void {
  const word = firstWord(type)
  if (!RESERVED_WORDS.has(word)) return
  throw fieldProblem('built_in_event_type', 'type', `Names that begin with ${word}. are the server's own.`)
}

function firstWord(type: string): string {
  return type.split('.', 1)[0] ?? ''
}
