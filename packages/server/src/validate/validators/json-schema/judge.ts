import type { ErrorObject, ValidateFunction } from 'ajv'
import { LIMITS } from '../../../core/limits.ts'
import { valueOf } from '../../document-value.ts'
import {
  copyNotedNumbers,
  holdsNotedNumbers,
  parseNotingNumbers,
  type NotedJson,
} from '../../exact-numbers.ts'
import { truncate } from '../../truncate.ts'
import { isYaml } from '../../yaml-document.ts'
import { placesOf, type Place } from '../../json-places.ts'
import { oneError } from '../findings.ts'
import type { Compiled, JudgedDocument, Judgement } from '../validator.ts'
import { DIALECT_URIS, dialectOfSchema, type Dialect, type JsonSchema } from './dialects.ts'
import { findingOf } from './finding.ts'

const utf8 = new TextDecoder()

/** Compiles `config.schema`. Whatever is wrong with it comes back as `refused`, on the field `schema`. */
export function compile(config: Record<string, unknown>): Compiled {
  const schema = config['schema'] as JsonSchema // `checkConfig` has seen to it
  try {
    const compiled = compileSchema(schema, holdsNotedNumbers(config))
    if (typeof compiled === 'string') return refused(compiled)
    const schemaType = schemaTypeOf(schema)
    return { judge: (document) => judge(compiled, schemaType, document) }
  } catch (error) {
    return refused(compileMessage(error))
  }
}

/** A schema in its two forms; the second is made for the first document that holds a number which a double does not. */
interface CompiledSchema {
  onDoubles: ValidateFunction
  onExactNumbers: () => ValidateFunction
}

/** The compiled schema, or what keeps it from being one. */
function compileSchema(schema: JsonSchema, isExact: boolean): CompiledSchema | string {
  const dialect = dialectOfSchema(schema)
  if (dialect === null) return `$schema must be one of ${DIALECT_URIS.join(', ')}.`
  if (typeof schema === 'boolean') return compiledBy(dialect, schema, isExact)
  // An asynchronous validator answers with a promise, which would count as a pass.
  if (Object.hasOwn(schema, '$async')) return '$async is not part of JSON Schema and cannot be used.'
  const named = Object.hasOwn(schema, '$schema') ? { ...schema, $schema: dialect.uri } : schema
  copyNotedNumbers(schema, named)
  const faults = dialect.faultsOf(named)
  if (faults === null) return compiledBy(dialect, named, isExact)
  return named === schema ? `${faults}. Without $schema it is read as ${dialect.uri}.` : `${faults}.`
}

function compiledBy(dialect: Dialect, schema: JsonSchema, isExact: boolean): CompiledSchema {
  const onDoubles = dialect.compile(schema, isExact)
  let exact = isExact ? onDoubles : null
  return { onDoubles, onExactNumbers: () => (exact ??= dialect.compile(schema, true)) }
}

function judge(compiled: CompiledSchema, schemaType: string | null, document: JudgedDocument): Judgement {
  const parsed = valueOf(document, parseNotingNumbers)
  // Of YAML, or in a later step: any other first step's document was looked at before the run was made.
  if ('refused' in parsed) {
    const format = isYaml(document.contentType) ? 'YAML' : 'JSON'
    const message = `The document is not ${format}. ${parsed.refused}`
    return oneError({ code: 'document_not_json', message })
  }
  const { value, holder } = parsed.value as NotedJson
  const validate = holder === null ? compiled.onDoubles : compiled.onExactNumbers()
  const at = {
    instancePath: '',
    parentData: holder ?? {},
    parentDataProperty: '',
    rootData: value as object,
  }
  const errors: readonly ErrorObject[] = validate(value, at as never) ? [] : (validate.errors ?? [])
  // Ajv keeps the errors of the last document until the next one; a million of them would be the next run's burden.
  validate.errors = null
  const told = errors.slice(0, LIMITS.findingsMax)
  const places = told.length === 0 || isYaml(document.contentType) ? null : placesIn(document.content, told)
  return {
    findings: told.map((error) => ({ ...findingOf(error, schemaType), ...places?.get(error.instancePath) })),
    counts: { error: errors.length, warning: 0, info: 0 },
  }
}

/** Of what failed, or of the object that lacks a property. Of YAML there is no pointer to a line. */
function placesIn(content: Uint8Array, errors: readonly ErrorObject[]): Map<string, Place> {
  return placesOf(
    utf8.decode(content),
    errors.map(({ instancePath }) => instancePath),
  )
}

/** A schema's `title` is the nearest thing to a schema.org type that JSON Schema has. */
function schemaTypeOf(schema: JsonSchema): string | null {
  if (typeof schema === 'boolean' || typeof schema['title'] !== 'string') return null
  return truncate(schema['title'], LIMITS.findingPathCharactersMax)
}

function compileMessage(error: unknown): string {
  if (error instanceof RangeError) return 'It is nested too deeply to be compiled.'
  const message = error instanceof Error ? error.message : String(error)
  if (!message.startsWith("can't resolve reference")) return `${message}.`
  return `${message}. Schemas are never fetched from elsewhere: put what $ref points to under $defs.`
}

function refused(message: string): Compiled {
  return { refused: { field: 'schema', message: truncate(message, LIMITS.findingMessageCharactersMax) } }
}
