import type { ErrorObject } from 'ajv'
import { LIMITS } from '../../../core/limits.ts'
import type { Finding } from '../../../core/run.ts'
import { truncate } from '../../truncate.ts'

/** Values of an `enum` that a message lists. */
const ENUM_VALUES_SHOWN = 10

/**
 * One of ajv's errors as a finding: `code` is the keyword that failed, `path` the JSON Pointer of the value that failed
 * it, `property` the name that the error is about.
 */
export function findingOf(error: ErrorObject, schemaType: string | null): Finding {
  const property = concernedProperty(error) ?? lastSegment(error.instancePath)
  return {
    severity: 'error',
    code: error.keyword === 'false schema' ? 'false_schema' : error.keyword,
    message: truncate(messageOf(error), LIMITS.findingMessageCharactersMax),
    path: truncate(error.instancePath, LIMITS.findingPathCharactersMax),
    property: property === null ? null : truncate(property, LIMITS.findingPathCharactersMax),
    schemaType,
  }
}

/** The property that is missing or should not be there: it is not part of the path, which ends at its object. */
function concernedProperty({ params }: ErrorObject): string | null {
  for (const name of ['missingProperty', 'additionalProperty', 'unevaluatedProperty', 'propertyName']) {
    const value: unknown = params[name]
    if (typeof value === 'string') return value
  }
  return null
}

function lastSegment(pointer: string): string | null {
  const slash = pointer.lastIndexOf('/')
  return slash === -1 ? null : unescapePointer(pointer.slice(slash + 1))
}

/** RFC 6901, section 4: `~1` first, or `~01` would become a slash. */
function unescapePointer(segment: string): string {
  return segment.replaceAll('~1', '/').replaceAll('~0', '~')
}

/** The value that failed, as a sentence begins: `The document`, `"price"`, `"tags/3"`. */
function subjectOf(pointer: string): string {
  const property = lastSegment(pointer)
  if (property === null) return 'The document'
  if (!/^\d+$/.test(property)) return quote(property)
  // A bare index says little: put the list's name before it.
  const list = lastSegment(pointer.slice(0, pointer.lastIndexOf('/')))
  return quote(list === null ? property : `${list}/${property}`)
}

function messageOf(error: ErrorObject): string {
  return objectMessage(error) ?? `${subjectOf(error.instancePath)} ${predicateOf(error)}`
}

/** Messages whose subject is a property of the object that failed. */
function objectMessage({ keyword, params }: ErrorObject): string | null {
  switch (keyword) {
    case 'required':
      return `${quote(params['missingProperty'])} is required`
    case 'dependencies':
    case 'dependentRequired':
      return `${quote(params['missingProperty'])} is required when ${quote(params['property'])} is present`
    case 'additionalProperties':
      return `${quote(params['additionalProperty'])} is not allowed here`
    case 'unevaluatedProperties':
      return `${quote(params['unevaluatedProperty'])} is not allowed here`
    case 'propertyNames':
      return `${quote(params['propertyName'])} is not allowed as a name here`
    default:
      return null
  }
}

/** What an error asks of its value, from "must" on. */
export function predicateOf({ keyword, params, message }: ErrorObject): string {
  switch (keyword) {
    case 'type':
      return `must be ${typeNames(params['type'])}`
    case 'enum':
      return `must be ${enumValues(params['allowedValues'])}`
    case 'const':
      return `must be ${quote(params['allowedValue'])}`
    case 'format':
      return `must be in the format ${quote(params['format'])}`
    case 'minLength':
      return `must have at least ${amount(params['limit'], 'character')}`
    case 'maxLength':
      return `must have at most ${amount(params['limit'], 'character')}`
    case 'minItems':
      return `must have at least ${amount(params['limit'], 'item')}`
    case 'maxItems':
      return `must have at most ${amount(params['limit'], 'item')}`
    case 'minProperties':
      return `must have at least ${amount(params['limit'], 'property', 'properties')}`
    case 'maxProperties':
      return `must have at most ${amount(params['limit'], 'property', 'properties')}`
    case 'uniqueItems':
      return `must not have the same item twice: items ${String(params['j'])} and ${String(params['i'])} are equal`
    case 'oneOf':
      return params['passingSchemas'] === null
        ? 'must match one of the alternatives, and matches none'
        : 'must match exactly one of the alternatives, and matches more than one'
    case 'anyOf':
      return 'must match at least one of the alternatives, and matches none'
    case 'not':
      return 'must not match what the schema forbids'
    case 'if':
      return `must match the "${String(params['failingKeyword'])}" part of the schema's condition`
    case 'false schema':
      return 'is not allowed here'
    default:
      return message ?? `does not satisfy ${quote(keyword)}`
  }
}

const TYPE_NAMES: ReadonlyMap<unknown, string> = new Map([
  ['string', 'a string'],
  ['number', 'a number'],
  ['integer', 'a whole number'],
  ['boolean', 'true or false'],
  ['object', 'an object'],
  ['array', 'a list'],
  ['null', 'null'],
])

/** Ajv gives one name, or several as a list or joined by commas. */
function typeNames(type: unknown): string {
  const names: unknown[] = Array.isArray(type) ? type : String(type).split(',')
  return names.map((name) => TYPE_NAMES.get(name) ?? String(name)).join(' or ')
}

function enumValues(allowed: unknown): string {
  if (!Array.isArray(allowed)) return 'one of the allowed values'
  if (allowed.length === 0) return 'one of the allowed values, and the schema allows none'
  const shown = allowed.slice(0, ENUM_VALUES_SHOWN).map(quote).join(', ')
  if (allowed.length === 1) return shown
  return allowed.length > ENUM_VALUES_SHOWN
    ? `one of ${allowed.length} values: ${shown} …`
    : `one of ${shown}`
}

function amount(count: unknown, one: string, many = `${one}s`): string {
  return `${String(count)} ${count === 1 ? one : many}`
}

export function quote(value: unknown): string {
  return JSON.stringify(value)
}
