import type { z } from 'zod'
import type { FieldError } from '../../core/errors.ts'

/** Zod's issues as field errors, each unknown key under its own name. */
export function fieldErrors(error: z.ZodError): FieldError[] {
  return error.issues.flatMap((issue): FieldError[] => {
    if (issue.code === 'unrecognized_keys') {
      return issue.keys.map((key) => ({
        field: [...issue.path, key].join('.'),
        message: 'is not known here',
      }))
    }
    return [{ field: issue.path.join('.'), message: issue.message }]
  })
}
