import type { z } from 'zod'
import { Problem, type FieldError } from '../../core/errors.ts'

type Issue = z.core.$ZodIssue
type Path = readonly PropertyKey[]

/** Errors that one answer lists; a body of a thousand wrong entries is not worth a thousand sentences. */
const FIELD_ERRORS_MAX = 50

/** Turns what zod found into the refusal of `part`: the body, or one of the small parts that need no prefix. */
export function problemOfIssues(part: string, issues: readonly Issue[]): Problem {
  const errors = oneForEachField(fieldErrors(part, issues)).slice(0, FIELD_ERRORS_MAX)
  const first = errors[0]
  const more = errors.length > 1 ? ` (and ${errors.length - 1} more)` : ''
  return new Problem('invalid_request', `${first?.field ?? part}: ${first?.message ?? ''}${more}`, errors)
}

/** Whoever mends a field by its first message learns of the second, if that still holds. */
function oneForEachField(errors: readonly FieldError[]): FieldError[] {
  const seen = new Set<string>()
  return errors.filter(({ field }) => !seen.has(field) && seen.add(field))
}

export function fieldErrors(part: string, issues: readonly Issue[]): FieldError[] {
  return issues.flatMap((issue): FieldError[] => {
    if (issue.code === 'unrecognized_keys') {
      return issue.keys.map((key) => ({
        field: fieldName([...issue.path, key], part),
        message: 'There is no such field here.',
      }))
    }
    return [{ field: fieldName(issue.path, part), message: sentence(issue) }]
  })
}

/** `['steps', 0, 'config']` → `steps[0].config`; the whole of a part goes by the part's name. */
export function fieldName(path: Path, part: string): string {
  const name = path.map((key) => (typeof key === 'number' ? `[${key}]` : `.${String(key)}`)).join('')
  return name === '' ? part : name.replace(/^\./, '')
}

const KINDS: Readonly<Record<string, string>> = {
  string: 'a string',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'an array',
  object: 'an object',
  record: 'an object',
  null: 'null',
  nonoptional: 'any JSON value',
}

function sentence(issue: Issue): string {
  switch (issue.code) {
    case 'invalid_type': {
      const wanted = KINDS[issue.expected] ?? issue.expected
      // zod's message is the only place where it says that nothing was there at all.
      return issue.message.endsWith('received undefined') ? `Required: ${wanted}.` : `Must be ${wanted}.`
    }
    case 'too_small':
      return `Must ${bound(issue.origin)} ${issue.inclusive ? 'at least' : 'more than'} ${amount(issue.minimum, issue.origin)}.`
    case 'too_big':
      return `Must ${bound(issue.origin)} ${issue.inclusive ? 'at most' : 'less than'} ${amount(issue.maximum, issue.origin)}.`
    case 'invalid_value':
      return `Must be ${issue.values.length > 1 ? 'one of ' : ''}${issue.values.map(String).join(', ')}.`
    case 'invalid_union':
      return unionSentence(issue)
    case 'invalid_format':
      return issue.format === 'datetime'
        ? 'Must be an ISO 8601 time, such as 2025-03-22T14:30:00Z.'
        : issue.message
    case 'invalid_key':
    case 'invalid_element':
    case 'not_multiple_of':
    case 'unrecognized_keys':
    case 'custom':
      return issue.message
  }
}

function unionSentence(issue: z.core.$ZodIssueInvalidUnion): string {
  const options = (issue as { options?: unknown }).options
  return Array.isArray(options)
    ? `Must be one of ${options.map(String).join(', ')}.`
    : 'Does not match any of the forms that are allowed here.'
}

function bound(origin: string): string {
  return origin === 'string' || origin === 'array' || origin === 'record' ? 'have' : 'be'
}

function amount(limit: number | bigint, origin: string): string {
  const unit = origin === 'string' ? 'character' : origin === 'array' || origin === 'record' ? 'entry' : ''
  if (unit === '') return String(limit)
  if (limit === 1) return `1 ${unit}`
  return `${limit} ${unit === 'entry' ? 'entries' : 'characters'}`
}
