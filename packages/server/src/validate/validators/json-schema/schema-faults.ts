import type { ErrorObject } from 'ajv'
import { nearest } from '../../../core/nearest.ts'
import { truncate } from '../../truncate.ts'
import { predicateOf, quote } from './finding.ts'
import { isObject, type JsonSchema } from './schemas-in.ts'

/** One slip in a schema makes several errors of its meta-schema. */
const FAULTS_SHOWN = 3
const CHARACTERS_SHOWN = 80
/** Keywords that only say that what is inside them failed. */
const WRAPPERS: ReadonlySet<string> = new Set([
  '$ref',
  '$dynamicRef',
  '$recursiveRef',
  'allOf',
  'anyOf',
  'oneOf',
  'if',
])

/**
 * What a meta-schema finds wrong with a schema: where, what is allowed there, what stands there, and what was probably meant. A few
 * faults at most.
 */
export function faultsInWords(errors: readonly ErrorObject[], schema: JsonSchema): string {
  const places = Map.groupBy(errors, ({ instancePath }) => instancePath)
  return [...places]
    .map(([path, ofPlace]) => faultAt(path, ofPlace, valueAt(schema, path)))
    .filter((fault, index, all) => all.indexOf(fault) === index)
    .slice(0, FAULTS_SHOWN)
    .join('; ')
}

function faultAt(path: string, errors: readonly ErrorObject[], found: unknown): string {
  const own = errors.filter(({ keyword }) => !WRAPPERS.has(keyword))
  const told = own.length === 0 ? errors : own
  const predicates = [...new Set(told.map(predicateOf))]
  const isChoice = errors.some(({ keyword }) => keyword === 'anyOf' || keyword === 'oneOf')
  const [first = '', ...rest] = predicates
  const demand = isChoice
    ? [first, ...rest.map((predicate) => predicate.replace(/^must be /, ''))].join(', or ')
    : predicates.join(' and ')
  const meant = suggestion(told, found)
  return `schema${path} ${demand}${shown(found)}${meant === null ? '' : `. Did you mean ${quote(meant)}?`}`
}

/** What stands there, when it can be told in a few letters. */
function shown(found: unknown): string {
  if (found === undefined) return ''
  if (Array.isArray(found)) return ', not a list'
  if (isObject(found)) return ''
  return `, not ${truncate(quote(found), CHARACTERS_SHOWN)}`
}

function suggestion(errors: readonly ErrorObject[], found: unknown): string | null {
  if (typeof found !== 'string') return null
  const allowed: unknown[] = errors.flatMap(
    ({ params }) => (params['allowedValues'] as unknown[] | undefined) ?? [],
  )
  return nearest(
    found,
    allowed.filter((value) => typeof value === 'string'),
  )
}

/** Of a JSON Pointer (RFC 6901). */
function valueAt(schema: JsonSchema, path: string): unknown {
  let value: unknown = schema
  for (const segment of path.split('/').slice(1)) {
    const name = segment.replaceAll('~1', '/').replaceAll('~0', '~')
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return undefined
    value = (value as Record<string, unknown>)[name]
  }
  return value
}
