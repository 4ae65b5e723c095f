import type { ErrorObject } from 'ajv'

/**
 * The errors without those of alternatives that did not match where too many did: what is wrong is told by `oneOf`, and what would
 * have kept another alternative from matching as well is no fault. Ajv tells of those that it looked at before the second match.
 */
export function withoutOtherAlternatives(errors: readonly ErrorObject[]): ErrorObject[] {
  const told: ErrorObject[] = []
  for (const error of errors) {
    if (error.keyword === 'oneOf' && error.params['passingSchemas'] !== null) {
      // They stand right before it.
      for (let last = told.at(-1); last !== undefined && isOfAlternative(last, error); last = told.at(-1))
        told.pop()
    }
    told.push(error)
  }
  return told
}

function isOfAlternative(error: ErrorObject, oneOf: ErrorObject): boolean {
  return (
    error.schemaPath.startsWith(`${oneOf.schemaPath}/`) &&
    (error.instancePath === oneOf.instancePath || error.instancePath.startsWith(`${oneOf.instancePath}/`))
  )
}
