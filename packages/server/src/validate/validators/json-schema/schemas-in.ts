/** A JSON Schema as it was parsed. */
export type JsonSchema = SchemaObject | boolean
export type SchemaObject = Record<string, unknown>

/** Keywords whose value is a map from names to schemas; the names are not keywords. */
export const SCHEMA_MAPS: ReadonlySet<string> = new Set([
  '$defs',
  'definitions',
  'dependencies',
  'dependentSchemas',
  'patternProperties',
  'properties',
])

/** Keywords whose value is data, in which `$ref` and `$id` mean nothing. */
export const DATA_KEYWORDS: ReadonlySet<string> = new Set(['const', 'default', 'enum', 'examples'])

/**
 * Visits the schema and every object in it that may be one, also under keywords that nobody knows: a `$ref` may lead there.
 * Without recursion, since a schema may be deep.
 */
function visitSchemas(schema: unknown, visit: (schema: SchemaObject) => void): void {
  const waiting: unknown[] = [schema]
  while (waiting.length > 0) {
    const next = waiting.pop()
    if (Array.isArray(next)) for (const item of next) waiting.push(item)
    else if (isObject(next)) {
      visit(next)
      for (const [keyword, value] of Object.entries(next)) {
        if (DATA_KEYWORDS.has(keyword)) continue
        if (SCHEMA_MAPS.has(keyword) && isObject(value)) waiting.push(Object.values(value))
        else waiting.push(value)
      }
    }
  }
}

/** Whether the schema, or one in it, is so. */
export function someSchema(schema: unknown, isSo: (schema: SchemaObject) => boolean): boolean {
  let isFound = false
  visitSchemas(schema, (each) => (isFound ||= isSo(each)))
  return isFound
}

const REFERENCES = ['$ref', '$dynamicRef', '$recursiveRef']

/** Whether a reference leads out of this schema, as far as can be told without resolving it. */
export function refersElsewhere(schema: SchemaObject): boolean {
  return REFERENCES.some((keyword) => {
    const reference = schema[keyword]
    return typeof reference === 'string' && !reference.startsWith('#')
  })
}

export function isObject(value: unknown): value is SchemaObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
