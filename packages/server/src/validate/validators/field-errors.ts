import type { z } from 'zod'
import type { FieldError } from '../../core/errors.ts'

/** What is wrong with the shape of a configuration; empty when nothing is. */
export function shapeErrors(schema: z.ZodType, config: Record<string, unknown>): FieldError[] {
  const checked = schema.safeParse(config)
  return checked.success ? [] : fieldErrors(checked.error)
}

/** Zod's issues as field errors, each unknown key under its own name. */
function fieldErrors(error: z.ZodError): FieldError[] {
  return error.issues.flatMap((issue): FieldError[] => {
    if (issue.code === 'unrecognized_keys') {
      return issue.keys.map((key) => ({
        field: fieldName([...issue.path, key]),
        message: 'is not known here',
      }))
    }
    return [{ field: fieldName(issue.path), message: issue.message }]
  })
}

/** `['fields', 2, 'name']` is `fields[2].name`. */
function fieldName(path: readonly PropertyKey[]): string {
  const name = path.map((key) => (typeof key === 'number' ? `[${key}]` : `.${String(key)}`)).join('')
  return name.replace(/^\./, '')
}
