import { fieldsOf, parseForCel, type Json } from '../../../cel/json-values.ts'
import type { Bindings } from '../../../cel/language.ts'
import {
  ANY_JSON,
  KIND,
  listShape,
  numberShape,
  recordShape,
  shape,
  textShape,
  type Shape,
} from '../../../cel/shapes/shape.ts'
import { SEVERITIES, type Finding } from '../../../core/run.ts'
import { valueOf } from '../../document-value.ts'
import type { JudgedDocument } from '../validator.ts'

const TEXT = shape(KIND.text)
const TEXT_OR_NULL = shape(KIND.text | KIND.null)
const COUNT = numberShape(0, Infinity)

/** Of `run`: all fields are always there; what is not known is null. */
const RUN_SHAPES = {
  url: TEXT_OR_NULL,
  subject: TEXT_OR_NULL,
  file_name: TEXT_OR_NULL,
  content_type: TEXT_OR_NULL,
  metadata: shape(KIND.map),
  score: shape(KIND.number | KIND.null, { least: 0, most: 100 }),
  error_count: COUNT,
  warning_count: COUNT,
  info_count: COUNT,
  schema_types: listShape(() => TEXT),
} as const

const FINDING_SHAPES = {
  severity: textShape(SEVERITIES),
  code: TEXT,
  message: TEXT,
  path: TEXT,
  property: TEXT_OR_NULL,
  schema_type: TEXT_OR_NULL,
} as const

/** What an assertion may name, and what is known of it before there is a document. */
export const ASSERTION_SHAPES: ReadonlyMap<'payload' | 'run' | 'findings', Shape> = new Map([
  ['payload', ANY_JSON],
  ['run', recordOf(RUN_SHAPES)],
  ['findings', listShape(() => recordOf(FINDING_SHAPES))],
])

function recordOf(shapes: Readonly<Record<string, Shape>>): Shape {
  return recordShape(new Map(Object.entries(shapes)))
}

/**
 * The variables on one document: `payload`, which is the document if that is JSON (or YAML) and else null; `run`, what it
 * was submitted with and what the steps before this one came to; `findings`, what they found, as far as that is listed.
 */
export function bindingsOf(document: JudgedDocument): Bindings {
  const values: Record<'payload' | 'run' | 'findings', Json> = {
    payload: payloadOf(document),
    run: runOf(document),
    findings: (document.before?.findings ?? []).map(findingValue),
  }
  return fieldsOf(values)
}

function payloadOf(document: JudgedDocument): Json {
  const parsed = valueOf(document, parseForCel)
  return 'refused' in parsed ? null : (parsed.value as Json)
}

function runOf({ url, subject, fileName, contentType, metadataText, before }: JudgedDocument): Json {
  const run: Record<keyof typeof RUN_SHAPES, Json> = {
    url,
    subject,
    file_name: fileName,
    content_type: contentType,
    metadata: parseForCel(metadataText),
    score: before?.score ?? null,
    error_count: before?.counts.error ?? 0,
    warning_count: before?.counts.warning ?? 0,
    info_count: before?.counts.info ?? 0,
    schema_types: (before?.seen ?? []).map(({ type }) => type),
  }
  return run
}

function findingValue({ severity, code, message, path, property, schemaType }: Finding): Json {
  const finding: Record<keyof typeof FINDING_SHAPES, Json> = {
    ...{ severity, code, message, path, property },
    schema_type: schemaType,
  }
  return finding
}
