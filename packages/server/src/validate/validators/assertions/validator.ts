import { z } from 'zod'
import { LIMITS } from '../../../core/limits.ts'
import { SEVERITIES } from '../../../core/run.ts'
import { shapeErrors } from '../field-errors.ts'
import type { Validator } from '../validator.ts'

/** As our own codes are. */
const CODE_ERROR = 'must be 1 to 64 lower-case letters, digits and underscores, a letter first'

function text(charactersMax: number) {
  const error = `must be a string of 1 to ${charactersMax} characters`
  return z.string({ error }).min(1, { error }).max(charactersMax, { error })
}

const assertionSchema = z.strictObject(
  {
    expression: text(LIMITS.assertionCharactersMax),
    message: text(LIMITS.findingMessageCharactersMax).optional(),
    severity: z.enum(SEVERITIES, { error: `must be one of ${SEVERITIES.join(', ')}` }).optional(),
    code: z
      .string({ error: CODE_ERROR })
      .regex(/^[a-z][a-z0-9_]{0,63}$/, { error: CODE_ERROR })
      .optional(),
    property: text(LIMITS.findingPathCharactersMax).optional(),
    path: text(LIMITS.findingPathCharactersMax).optional(),
  },
  { error: 'must be an object such as {"expression": "payload.total > 0"}' },
)

const COUNT = `must be a list of 1 to ${LIMITS.assertionsMax} assertions`

const configSchema = z.strictObject({
  assertions: z
    .array(assertionSchema, { error: COUNT })
    .min(1, { error: COUNT })
    .max(LIMITS.assertionsMax, { error: COUNT }),
})

export type AssertionsConfig = z.infer<typeof configSchema>
export type Assertion = AssertionsConfig['assertions'][number]

/** Judges by expressions in CEL that must be true: of the document, of the run, and of what the steps before it found. */
export const assertions = {
  name: 'assertions',
  needsJson: false,
  judgesPages: false,
  readsFindings: true,
  compiledField: 'assertions',
  checkConfig: (config) => shapeErrors(configSchema, config),
} as const satisfies Validator
