import { copyNotedNumbers } from '../../exact-numbers.ts'
import { DATA_KEYWORDS, isObject, SCHEMA_MAPS, type JsonSchema, type SchemaObject } from './schemas-in.ts'

/**
 * The schema, written so that ajv judges by it as the specification says:
 *
 * - Before 2019-09 whatever stands beside a `$ref` is ignored. Ajv can be told so, but for an identifier there, which would
 *   still change what the reference means.
 * - Ajv passes over a property called `__proto__`; not over a pattern that matches it.
 */
export function mendForAjv(schema: JsonSchema, isRefAlone: boolean): JsonSchema {
  return typeof schema === 'boolean' ? schema : mendObject(schema, isRefAlone)
}

function mendObject(schema: SchemaObject, isRefAlone: boolean): SchemaObject {
  const isReference = isRefAlone && typeof schema['$ref'] === 'string'
  const mended = Object.fromEntries(
    Object.entries(schema)
      .filter(([keyword]) => !isReference || (keyword !== '$id' && keyword !== 'id'))
      .map(([keyword, value]) => [keyword, mendKeyword(keyword, value, isRefAlone)]),
  )
  copyNotedNumbers(schema, mended)
  return withPatternForProto(mended)
}

function mendKeyword(keyword: string, value: unknown, isRefAlone: boolean): unknown {
  if (DATA_KEYWORDS.has(keyword)) return value
  if (SCHEMA_MAPS.has(keyword) && isObject(value)) return mendMap(value, isRefAlone)
  return mendValue(value, isRefAlone)
}

function mendValue(value: unknown, isRefAlone: boolean): unknown {
  if (Array.isArray(value)) {
    const list = value.map((item) => mendValue(item, isRefAlone))
    copyNotedNumbers(value, list)
    return list
  }
  return isObject(value) ? mendObject(value, isRefAlone) : value
}

function mendMap(map: SchemaObject, isRefAlone: boolean): SchemaObject {
  return Object.fromEntries(Object.entries(map).map(([name, value]) => [name, mendValue(value, isRefAlone)]))
}

const PROTO = '__proto__'
const PROTO_PATTERN = '^__proto__$'

/** What `properties` says of `__proto__`, said by `patternProperties`. */
export function withPatternForProto(schema: SchemaObject): SchemaObject {
  const { properties, patternProperties } = schema
  if (!isObject(properties) || !Object.hasOwn(properties, PROTO)) return schema
  const { [PROTO]: ofProto, ...others } = properties
  const patterns = isObject(patternProperties) ? patternProperties : {}
  const before = patterns[PROTO_PATTERN]
  const both = before === undefined ? ofProto : { allOf: [before, ofProto] }
  const mended = { ...schema, properties: others, patternProperties: { ...patterns, [PROTO_PATTERN]: both } }
  copyNotedNumbers(schema, mended)
  return mended
}
