import type { ErrorObject } from 'ajv'
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
import type { ErrorsOf } from './compiled-schema.ts'
import type { CompileOptions, Dialect } from './dialects.ts'
import { findingOf } from './finding.ts'
import { compileByHyperjump } from './hyperjump/compile.ts'
import { isBeyondAjv, readingOf } from './reading.ts'
import type { JsonSchema } from './schemas-in.ts'
import { withoutOtherAlternatives } from './several-matches.ts'

const utf8 = new TextDecoder()

/** Compiles `config.schema`. Whatever is wrong with it comes back as `refused`, on the field `schema`. */
export async function compile(config: Record<string, unknown>): Promise<Compiled> {
  const schema = config['schema'] as JsonSchema // `checkConfig` has seen to it
  try {
    const errorsOf = await compileSchema(schema, {
      isExact: holdsNotedNumbers(config),
      enforcesFormats: config['formats'] !== 'ignored',
      others: new Map(Object.entries((config['schemas'] ?? {}) as Record<string, JsonSchema>)),
    })
    if (typeof errorsOf === 'string') return refused(errorsOf)
    const schemaType = schemaTypeOf(schema)
    return { judge: (document) => judge(errorsOf, schemaType, document) }
  } catch (error) {
    return refused(compileMessage(error))
  }
}

/** The compiled schema, or what keeps it from being one. */
async function compileSchema(schema: JsonSchema, options: CompileOptions): Promise<ErrorsOf | string> {
  const reading = readingOf(schema, options.others)
  if (typeof reading === 'string') return reading
  const { dialect } = reading
  if (typeof schema === 'boolean') return compileByAjv(schema, dialect, options)
  // An asynchronous validator answers with a promise, which would count as a pass.
  if (Object.hasOwn(schema, '$async')) return '$async is not part of JSON Schema and cannot be used.'
  const named = Object.hasOwn(schema, '$schema') ? { ...schema, $schema: dialect.uri } : schema
  copyNotedNumbers(schema, named)
  const faults = dialect.faultsOf(named)
  if (faults !== null)
    return named === schema ? `${ended(faults)} Without $schema it is read as ${dialect.uri}.` : ended(faults)
  if (!isBeyondAjv(named, reading)) return compileByAjv(named, dialect, options)
  return compileByHyperjump(named, reading, options)
}

/** As a sentence; some end with a question. */
function ended(text: string): string {
  return text.endsWith('?') ? text : `${text}.`
}

/** In two forms; the second is made for the first document that holds a number which a double does not. */
function compileByAjv(schema: JsonSchema, dialect: Dialect, options: CompileOptions): ErrorsOf {
  const onDoubles = dialect.compile(schema, options)
  let exact = options.isExact ? onDoubles : null
  return (value, holder) => {
    const validate =
      holder === null ? onDoubles : (exact ??= dialect.compile(schema, { ...options, isExact: true }))
    const at = {
      instancePath: '',
      parentData: holder ?? {},
      parentDataProperty: '',
      rootData: value as object,
    }
    const errors = validate(value, at as never) ? [] : (validate.errors ?? [])
    // Ajv keeps the errors of the last document until the next one; a million of them would be the next run's burden.
    validate.errors = null
    return withoutOtherAlternatives(errors)
  }
}

function judge(errorsOf: ErrorsOf, schemaType: string | null, document: JudgedDocument): Judgement {
  const parsed = valueOf(document, parseNotingNumbers)
  // Of YAML, or in a later step: any other first step's document was looked at before the run was made.
  if ('refused' in parsed) {
    const format = isYaml(document.contentType) ? 'YAML' : 'JSON'
    const message = `The document is not ${format}. ${parsed.refused}`
    return oneError({ code: 'document_not_json', message })
  }
  const { value, holder } = parsed.value as NotedJson
  const errors = errorsOf(value, holder)
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
  return `${message}. Schemas are never fetched from elsewhere: put what $ref points to under $defs, or the other schema into this workflow.`
}

function refused(message: string): Compiled {
  return { refused: { field: 'schema', message: truncate(message, LIMITS.findingMessageCharactersMax) } }
}
