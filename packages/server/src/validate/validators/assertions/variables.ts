import { fieldsOf, parseForCel, type Json } from '../../../cel/json-values.ts'
import type { Bindings } from '../../../cel/language.ts'
import type { Finding } from '../../../core/run.ts'
import { valueOf } from '../../document-value.ts'
import type { JudgedDocument } from '../validator.ts'

/** What an assertion may name. */
export const ASSERTION_VARIABLES = ['payload', 'run', 'findings'] as const

/** The fields of `run`, all of them always there; what is not known is null. */
export const RUN_FIELDS = [
  'url',
  'subject',
  'file_name',
  'content_type',
  'metadata',
  'score',
  'error_count',
  'warning_count',
  'info_count',
  'schema_types',
] as const

/**
 * The variables on one document: `payload`, which is the document if that is JSON (or YAML) and else null; `run`, what it
 * was submitted with and what the steps before this one came to; `findings`, what they found, as far as that is listed.
 */
export function bindingsOf(document: JudgedDocument): Bindings {
  const values: Record<(typeof ASSERTION_VARIABLES)[number], Json> = {
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
  const run: Record<(typeof RUN_FIELDS)[number], Json> = {
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
  return { severity, code, message, path, property, schema_type: schemaType }
}
