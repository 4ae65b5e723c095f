import { copyNotedNumbers } from '../../../exact-numbers.ts'
import { withPatternForProto } from '../mend-for-ajv.ts'
import { isObject, SCHEMA_MAPS, type JsonSchema, type SchemaObject } from '../schemas-in.ts'
import { ASSERTIONS_KEYWORD } from './keywords.ts'

/** What a schema says of a value without asking another schema, by the vocabulary that has it. */
const ASSERTIONS: ReadonlyMap<string, string> = new Map(
  Object.entries({
    validation:
      'type const enum multipleOf maximum exclusiveMaximum minimum exclusiveMinimum maxLength minLength pattern maxItems minItems uniqueItems maxProperties minProperties required dependentRequired',
    format: 'format',
  }).flatMap(([vocabulary, names]) => names.split(' ').map((name) => [name, vocabulary])),
)

/** What asks other schemas, by the vocabulary that has it. */
const APPLICATORS: ReadonlyMap<string, string> = new Map(
  Object.entries({
    applicator:
      'additionalItems additionalProperties allOf anyOf contains dependentSchemas else if items not oneOf patternProperties prefixItems properties propertyNames then',
    unevaluated: 'unevaluatedItems unevaluatedProperties',
  }).flatMap(([vocabulary, names]) => names.split(' ').map((name) => [name, vocabulary])),
)

/** What says nothing of a value, and may hold anything. */
const NOTES: ReadonlySet<string> = new Set(
  '$comment $schema $vocabulary contentEncoding contentMediaType contentSchema default deprecated description examples readOnly title writeOnly'.split(
    ' ',
  ),
)

/** What names a schema, which it does not where nobody knows that there is one. */
const NAMES: ReadonlySet<string> = new Set(['$id', '$anchor', '$dynamicAnchor', '$recursiveAnchor'])

const PROTO = '__proto__'

/** Which assertions a draft, or a dialect of it, has. */
export interface SplitOptions {
  leavesOut: ReadonlySet<string>
  /** Takes assertions and gives the key by which they are known. */
  addAssertions: (assertions: SchemaObject) => string
}

/** The schema with its assertions taken out: what is left are applicators, references and names. */
export function splitSchema(schema: unknown, options: SplitOptions, isUnknown = false): JsonSchema {
  if (!isObject(schema)) return schema as boolean
  const rest: SchemaObject = {}
  const assertions: SchemaObject = {}
  copyNotedNumbers(schema, assertions)
  for (const [keyword, value] of Object.entries(
    withoutDependencies(withPatternForProto(schema), assertions),
  )) {
    const vocabulary = ASSERTIONS.get(keyword) ?? APPLICATORS.get(keyword)
    if (vocabulary !== undefined && options.leavesOut.has(vocabulary)) continue
    if (ASSERTIONS.has(keyword)) assertions[keyword] = value
    else if (!NOTES.has(keyword) && keyword !== PROTO && !(isUnknown && NAMES.has(keyword)))
      rest[keyword] = splitKeyword(keyword, value, options, isUnknown)
  }
  if (Object.keys(assertions).length > 0) rest[ASSERTIONS_KEYWORD] = options.addAssertions(assertions)
  return rest
}

function splitKeyword(keyword: string, value: unknown, options: SplitOptions, isUnknown: boolean): unknown {
  const isBelowUnknown = isUnknown || !(APPLICATORS.has(keyword) || SCHEMA_MAPS.has(keyword))
  const split = (each: unknown): unknown =>
    isObject(each) ? splitSchema(each, options, isBelowUnknown) : each
  if (Array.isArray(value)) return value.map(split)
  if (!SCHEMA_MAPS.has(keyword) || !isObject(value)) return split(value)
  const entries = Object.entries(value).filter(([name]) => name !== PROTO)
  return Object.fromEntries(entries.map(([name, each]) => [name, split(each)]))
}

/** `dependencies` of older drafts, which many still write: its lists are an assertion, its schemas `dependentSchemas`. */
function withoutDependencies(schema: SchemaObject, assertions: SchemaObject): SchemaObject {
  const { dependencies, ...others } = schema
  if (!isObject(dependencies)) return schema
  const entries = Object.entries(dependencies)
  const lists = entries.filter(([, value]) => Array.isArray(value))
  if (lists.length > 0) assertions['dependencies'] = Object.fromEntries(lists)
  const before = isObject(schema['dependentSchemas']) ? schema['dependentSchemas'] : {}
  const schemas = entries
    .filter(([, value]) => !Array.isArray(value))
    .map(([name, value]) => [name, Object.hasOwn(before, name) ? { allOf: [before[name], value] } : value])
  return { ...others, dependentSchemas: { ...before, ...Object.fromEntries(schemas) } }
}
