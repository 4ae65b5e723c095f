import { isObject, refersElsewhere, someSchema, type JsonSchema } from './schemas-in.ts'

type Config = Record<string, unknown>

/**
 * The configuration with the schemas of other steps under `schemas`, by their `$id`, when its own schema refers to any. Its own
 * come first. An address under which others differ names none of them.
 */
export function withSchemasOf(config: Config, others: readonly Config[]): Config {
  const own = schemasOf(config)
  if (![config['schema'], ...own.values()].some(needsOthers)) return config
  const ownId = idOf(config['schema'])
  const found = new Map<string, JsonSchema | null>()
  for (const [address, schema] of others.flatMap(addressed)) {
    if (own.has(address) || address === ownId) continue
    const before = found.get(address)
    found.set(address, before === undefined || isSame(before, schema) ? schema : null)
  }
  const usable = [...found].filter(([, schema]) => schema !== null)
  if (usable.length === 0) return config
  return { ...config, schemas: Object.fromEntries([...usable, ...own]) }
}

function needsOthers(schema: unknown): boolean {
  return someSchema(schema, (each) => refersElsewhere(each) || namesMetaSchema(each['$schema']))
}

function namesMetaSchema(named: unknown): boolean {
  return typeof named === 'string' && !/^https?:\/\/json-schema\.org\/draft/.test(named)
}

/** A step's schemas with their addresses; `schema` itself only if it has one. */
function addressed(config: Config): [string, JsonSchema][] {
  const id = idOf(config['schema'])
  const named = [...schemasOf(config)]
  return id === null ? named : [[id, config['schema'] as JsonSchema], ...named]
}

function schemasOf(config: Config): Map<string, JsonSchema> {
  return new Map(Object.entries((config['schemas'] ?? {}) as Record<string, JsonSchema>))
}

/** Draft-04 calls it `id`. */
function idOf(schema: unknown): string | null {
  if (!isObject(schema)) return null
  const isDraft04 = String(schema['$schema']).includes('draft-04')
  const id = schema[isDraft04 ? 'id' : '$id']
  return typeof id === 'string' ? id.replace(/#$/, '') : null
}

function isSame(one: JsonSchema | null, other: JsonSchema): boolean {
  return one === other || JSON.stringify(one) === JSON.stringify(other)
}
