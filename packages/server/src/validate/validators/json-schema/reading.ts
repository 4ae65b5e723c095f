import { DIALECT_URIS, findDialect, NEWEST_DIALECT, type Dialect } from './dialects.ts'
import { isObject, refersElsewhere, someSchema, type JsonSchema, type SchemaObject } from './schemas-in.ts'

/** How a schema is to be read. */
export interface Reading {
  dialect: Dialect
  /** Vocabularies that its meta-schema does not have, by their short names. */
  leavesOut: ReadonlySet<string>
}

const NOTHING: ReadonlySet<string> = new Set()

/** The schemas that may be referred to, by their addresses. */
export type Others = ReadonlyMap<string, JsonSchema>

/**
 * By its `$schema`, which names a draft or another schema that is at hand: a meta-schema, of which only `$vocabulary` is
 * looked at. Gives what is wrong with it, in words, when it names neither.
 */
export function readingOf(schema: JsonSchema, others: Others): Reading | string {
  if (typeof schema === 'boolean' || !Object.hasOwn(schema, '$schema')) return readingBy(NEWEST_DIALECT)
  const named = schema['$schema']
  const dialect = findDialect(named)
  if (dialect !== null) return readingBy(dialect)
  const meta = typeof named === 'string' ? others.get(named.replace(/#$/, '')) : undefined
  return isObject(meta) ? readingByMetaSchema(meta) : `$schema must be one of ${DIALECT_URIS.join(', ')}.`
}

export function readingBy(dialect: Dialect): Reading {
  return { dialect, leavesOut: NOTHING }
}

/** Vocabularies that say something of a value. */
const VOCABULARIES = ['applicator', 'format', 'unevaluated', 'validation']

const VOCABULARY_OF_A_DRAFT = /^https:\/\/json-schema\.org\/draft\/20\d\d-\d\d\/vocab\/([a-z]+)/

function readingByMetaSchema(meta: SchemaObject): Reading | string {
  const dialect = findDialect(meta['$schema'])
  if (dialect?.hasVocabularies !== true) {
    return 'The meta-schema that $schema names must itself be written in draft 2019-09 or 2020-12.'
  }
  if (!isObject(meta['$vocabulary'])) return readingBy(dialect)
  const has = new Set<string>()
  for (const [uri, isRequired] of Object.entries(meta['$vocabulary'])) {
    const name = VOCABULARY_OF_A_DRAFT.exec(uri)?.[1]
    if (name !== undefined) has.add(name)
    else if (isRequired === true)
      return `The vocabulary ${uri} is not known here, and the meta-schema requires it.`
  }
  // In 2019-09 one vocabulary has both.
  if (has.has('applicator') && dialect.uri.includes('2019-09')) has.add('unevaluated')
  return { dialect, leavesOut: new Set(VOCABULARIES.filter((name) => !has.has(name))) }
}

/** What ajv gets wrong, or has only a part of. */
const BEYOND_AJV = [
  '$dynamicAnchor',
  '$dynamicRef',
  '$recursiveAnchor',
  '$recursiveRef',
  'unevaluatedItems',
  'unevaluatedProperties',
]

/**
 * Whether ajv may get it wrong: what depends on which parts of a value other schemas have looked at, references that
 * depend on the way to them, schemas within that have an address of their own, and references to other schemas.
 */
export function isBeyondAjv(schema: SchemaObject, { dialect, leavesOut }: Reading): boolean {
  if (!dialect.hasVocabularies) return false
  if (leavesOut.size > 0) return true
  return someSchema(
    schema,
    (each) =>
      BEYOND_AJV.some((keyword) => Object.hasOwn(each, keyword)) ||
      refersElsewhere(each) ||
      (each !== schema && typeof each['$id'] === 'string'),
  )
}
