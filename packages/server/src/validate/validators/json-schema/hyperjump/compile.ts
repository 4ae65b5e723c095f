import {
  buildSchemaDocument,
  compile,
  getSchema,
  interpret,
  type SchemaDocument,
} from '@hyperjump/json-schema/experimental'
import { fromJs } from '@hyperjump/json-schema/instance/experimental'
import { resolveIri, toAbsoluteIri } from '@hyperjump/uri'
import type { ErrorsOf } from '../compiled-schema.ts'
import type { CompileOptions, Dialect } from '../dialects.ts'
import { readingBy, readingOf, type Reading } from '../reading.ts'
import { refersElsewhere, someSchema, type JsonSchema, type SchemaObject } from '../schemas-in.ts'
import { createAssertionTable, type AssertionTable } from './assertions.ts'
import { createErrorPlugin } from './error-plugin.ts'
import { ourDialect } from './keywords.ts'
import { splitSchema } from './split.ts'

/** Where a schema is that does not say. Addresses that are relative start there; no name under `.invalid` exists. */
const BASE = 'https://schema.invalid/'

/** Schemas by their addresses, as the library looks them up. */
type Documents = Record<string, SchemaDocument>

/**
 * Compiles a schema of 2019-09 or 2020-12 by the library that follows the specification to the letter, at the price of speed:
 * it evaluates references and applicators; ajv judges the assertions that are left. Throws when it cannot be compiled.
 */
export async function compileByHyperjump(
  schema: SchemaObject,
  reading: Reading,
  options: CompileOptions,
): Promise<ErrorsOf> {
  const table = createAssertionTable(options)
  try {
    const documents: Documents = {}
    const root = documentOf(schema, BASE, reading, table)
    addDocument(documents, root.baseUri, root)
    for (const [address, other] of options.others) {
      const { dialect, leavesOut } = readingOfOther(other, reading, options)
      if (!dialect.hasVocabularies) continue
      const uri = absolute(address, BASE)
      addDocument(documents, uri, documentOf(other, uri, { dialect, leavesOut }, table))
    }
    const all = [schema, ...options.others.values()]
    if (all.some((each) => someSchema(each, refersElsewhere)))
      addMetaSchemas(documents, reading.dialect, table)
    const compiled = await compile(await getSchema(root.baseUri, { _cache: documents } as never))
    return (value, holder) => {
      table.begin(holder)
      const { plugin, errors } = createErrorPlugin()
      const { valid } = interpret(compiled, fromJs(value as never), {
        outputFormat: 'FLAG',
        plugins: [plugin],
      })
      return valid ? [] : errors()
    }
  } catch (error) {
    throw asUnresolved(error)
  } finally {
    table.close()
  }
}

function documentOf(
  schema: JsonSchema,
  uri: string,
  reading: Reading,
  table: AssertionTable,
): SchemaDocument {
  const { dialect, leavesOut } = reading
  const addAssertions = (assertions: SchemaObject): string => table.add(assertions, dialect)
  const split = splitSchema(schema, { leavesOut, addAssertions })
  return buildSchemaDocument(split as never, uri, ourDialect(dialect.uri))
}

/** A schema that does not say is read as the one that refers to it. */
function readingOfOther(other: JsonSchema, reading: Reading, { others }: CompileOptions): Reading {
  if (typeof other === 'boolean' || !Object.hasOwn(other, '$schema')) return reading
  const own = readingOf(other, others)
  return typeof own === 'string' ? readingBy(reading.dialect) : own
}

/** Under the address it was given, under its `$id`, and with the schemas in it that have one. What is there first stays. */
function addDocument(documents: Documents, uri: string, document: SchemaDocument): void {
  for (const [address, each] of [[uri, document] as const, ...Object.entries(document.embedded ?? {})]) {
    const { anchors, dynamicAnchors } = each as SchemaDocument
    // The library asks for a name by `in`, which would find what every object inherits.
    for (const names of [anchors, dynamicAnchors]) Object.setPrototypeOf(names, null)
    if (!Object.hasOwn(documents, address)) documents[address] = each as SchemaDocument
  }
}

function addMetaSchemas(documents: Documents, dialect: Dialect, table: AssertionTable): void {
  for (const meta of dialect.metaSchemas()) {
    const uri = String(meta['$id'])
    if (!Object.hasOwn(documents, uri)) documents[uri] = documentOf(meta, uri, readingBy(dialect), table)
  }
}

function absolute(uri: string, base: string): string {
  return toAbsoluteIri(resolveIri(uri, base))
}

/** The library's words for a reference that leads nowhere. */
const UNRESOLVED = [
  /^Unable to load resource '(?<uri>[^']*)'/,
  /^No such anchor '(?<uri>[^']*)'/,
  /^No schema found at '(?<uri>[^']*)'/,
  /^Value at '(?<uri>[^']*)' .* does not have property '(?<name>[^']*)'/,
]

/** The error in ajv's words. */
function asUnresolved(error: unknown): unknown {
  if (!(error instanceof Error)) return error
  for (const pattern of UNRESOLVED) {
    const { uri, name } = pattern.exec(error.message)?.groups ?? {}
    if (uri === undefined) continue
    const reference = name === undefined ? uri.replace(BASE, '') : `#${uri}/${name}`
    return new Error(`can't resolve reference ${reference}`)
  }
  return error
}
