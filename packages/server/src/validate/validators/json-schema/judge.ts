import type { ErrorObject, ValidateFunction } from 'ajv'
import { LIMITS } from '../../../core/limits.ts'
import { valueOf } from '../../document-value.ts'
import { truncate } from '../../truncate.ts'
import { isYaml } from '../../yaml-document.ts'
import { placesOf, type Place } from '../../json-places.ts'
import { oneError } from '../findings.ts'
import type { Compiled, JudgedDocument, Judgement } from '../validator.ts'
import { DIALECT_URIS, dialectOfSchema, type JsonSchema } from './dialects.ts'
import { findingOf } from './finding.ts'

const utf8 = new TextDecoder()

/** Compiles `config.schema`. Whatever is wrong with it comes back as `refused`, on the field `schema`. */
export function compile(config: Record<string, unknown>): Compiled {
  const schema = config['schema'] as JsonSchema // `checkConfig` has seen to it
  try {
    const compiled = compileSchema(schema)
    if (typeof compiled === 'string') return refused(compiled)
    const schemaType = schemaTypeOf(schema)
    return { judge: (document) => judge(compiled, schemaType, document) }
  } catch (error) {
    return refused(compileMessage(error))
  }
}

/** The compiled schema, or what keeps it from being one. */
function compileSchema(schema: JsonSchema): ValidateFunction | string {
  const dialect = dialectOfSchema(schema)
  if (dialect === null) return `$schema must be one of ${DIALECT_URIS.join(', ')}.`
  if (typeof schema === 'boolean') return dialect.compile(schema)
  // An asynchronous validator answers with a promise, which would count as a pass.
  if (Object.hasOwn(schema, '$async')) return '$async is not part of JSON Schema and cannot be used.'
  const named = Object.hasOwn(schema, '$schema') ? { ...schema, $schema: dialect.uri } : schema
  const faults = dialect.faultsOf(named)
  if (faults === null) return dialect.compile(named)
  return named === schema ? `${faults}. Without $schema it is read as ${dialect.uri}.` : `${faults}.`
}

function judge(validate: ValidateFunction, schemaType: string | null, document: JudgedDocument): Judgement {
  const parsed = valueOf(document)
  // Of YAML, or in a later step: any other first step's document was looked at before the run was made.
  if ('refused' in parsed) {
    const format = isYaml(document.contentType) ? 'YAML' : 'JSON'
    const message = `The document is not ${format}. ${parsed.refused}`
    return oneError({ code: 'document_not_json', message })
  }
  const errors: readonly ErrorObject[] = validate(parsed.value) ? [] : (validate.errors ?? [])
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
