import type { FindingParts } from '../findings.ts'
import type { Fault } from './library.ts'

export const DTD_REFUSED =
  'A document type declaration (<!DOCTYPE …>) and entities of its own are not allowed.'

/** Codes by what libxml2 says, since it tells no number of its own. */
const CODES: readonly (readonly [RegExp, string])[] = [
  [/The attribute '.*' is required but missing/s, 'missing_attribute'],
  [/The attribute '.*' is not allowed/s, 'unexpected_attribute'],
  [/This element is not expected/, 'unexpected_element'],
  [/Missing child element\(s\)/, 'missing_element'],
  [/No matching global declaration available for the validation root/, 'unknown_root'],
  [/is not a valid value of the/, 'invalid_value'],
  [/Duplicate key-sequence/, 'duplicate_key'],
  [/No match found for key-sequence/, 'unknown_key'],
  [/Not all fields of key identity-constraint/, 'missing_key'],
  [/[Cc]haracter content|Element content is not allowed/, 'unexpected_content'],
]

/** `Element '{urn:x}item', attribute 'price': …`; the element alone, where no attribute of it is concerned. */
const SUBJECT = /^Element '(?:\{[^}]*\})?([^']+)'(?:, attribute '(?:\{[^}]*\})?([^']+)')?: /
const MISSING_ATTRIBUTE = /: The attribute '(?:\{[^}]*\})?([^']+)' is required/
const FACET = /\[facet '(\w+)'\]/

/** Where a document breaks its schema, as a finding. */
export function findingOf(fault: Fault): FindingParts {
  const message = fault.message.trim()
  const [, element, attribute] = SUBJECT.exec(message) ?? []
  const missing = MISSING_ATTRIBUTE.exec(message)?.[1]
  const path = fault.xpath ?? ''
  return {
    code: codeOf(message),
    message,
    path: attribute === undefined || path === '' ? path : `${path}/@${attribute}`,
    property: missing ?? attribute ?? element ?? null,
    ...placeOf(fault),
  }
}

/** Why a document is no XML, as a finding. */
export function malformed(faults: readonly Fault[]): FindingParts {
  const [fault] = faults
  const reason = fault === undefined ? 'There is nothing in it.' : plainMessage(fault.message)
  return {
    code: 'not_well_formed',
    message: `The document is not well-formed XML. ${reason}`,
    ...(fault === undefined ? {} : placeOf(fault)),
  }
}

function codeOf(message: string): string {
  const facet = FACET.exec(message)?.[1]
  if (facet !== undefined) return facet.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
  return CODES.find(([pattern]) => pattern.test(message))?.[1] ?? 'schema_invalid'
}

/** Libxml2 counts both from 1, and says 0 where it does not know. */
function placeOf({ line, col }: Fault): Pick<FindingParts, 'line' | 'column'> {
  return { ...(line > 0 ? { line } : {}), ...(col > 0 ? { column: col } : {}) }
}

/** What speaks to whoever programs with libxml2, in words for whoever wrote the document. */
const PLAIN: readonly (readonly [RegExp, string])[] = [
  [/^Excessive depth in document: (\d+).*/s, 'It is nested more than $1 deep.'],
  [/^Maximum entity amplification factor exceeded.*/s, 'Its entities stand for too much text.'],
  [
    /^The XML document '.*' is not a schema document\.$/s,
    'It is not an XML Schema: that begins with xs:schema.',
  ],
]

export function plainMessage(message: string): string {
  const text = message.trim()
  const [pattern, plain] = PLAIN.find(([each]) => each.test(text)) ?? []
  if (pattern !== undefined && plain !== undefined) return text.replace(pattern, plain)
  return /[.!?]$/.test(text) ? text : `${text}.`
}

/** The message with its place before it, for where there is no other room for that. */
export function placed({ line, col }: Fault, message: string): string {
  if (line <= 0) return message
  return col > 0 ? `line ${line}, column ${col}: ${message}` : `line ${line}: ${message}`
}
