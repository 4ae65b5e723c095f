import type { XmlDocument, XsdValidator } from 'libxml2-wasm'
import { LIMITS } from '../../../core/limits.ts'
import { DTD_REFUSED, placed, plainMessage } from './finding.ts'
import { compileXsd, parseXml, type Fault } from './library.ts'
import { findDeepReference, XS } from './reference-depth.ts'

/** What would be read from elsewhere. An import that names no place says only which namespace its names are of. */
const ELSEWHERE = '/xs:schema/xs:include | /xs:schema/xs:redefine | /xs:schema/xs:import[@schemaLocation]'

/** The compiled schema, to be disposed of, or what keeps it from being one. */
export function compileSchema(text: string): XsdValidator | string {
  const document = parseXml(text)
  if (Array.isArray(document)) return `It is not well-formed XML. ${told(document)}`
  try {
    return refusalOf(document) ?? compiledOr(document)
  } finally {
    document.dispose()
  }
}

function refusalOf(document: XmlDocument): string | null {
  if (document.dtd !== null) return DTD_REFUSED
  const elsewhere = document.get(ELSEWHERE, XS)
  if (elsewhere !== null) {
    return `line ${elsewhere.line}: other schemas are never fetched: put what they declare into this one.`
  }
  const tooDeep = findDeepReference(document)
  if (tooDeep === null) return null
  return `"${tooDeep}" builds on others that build on others in a circle, or more than ${LIMITS.xmlSchemaDepthMax} deep.`
}

function compiledOr(document: XmlDocument): XsdValidator | string {
  const schema = compileXsd(document)
  return Array.isArray(schema) ? told(schema) : schema
}

/** One slip in a schema can make several faults. */
const FAULTS_SHOWN = 3

function told(faults: readonly Fault[]): string {
  if (faults.length === 0) return 'There is nothing in it.'
  return faults
    .slice(0, FAULTS_SHOWN)
    .map((fault) => placed(fault, plainMessage(fault.message)))
    .join(' ')
}
