import { LIMITS } from '../../../core/limits.ts'
import { createLines } from '../../lines.ts'
import { truncate } from '../../truncate.ts'
import { createFindings, oneError } from '../findings.ts'
import type { Compiled, JudgedDocument, Judgement } from '../validator.ts'
import { createFindingOf, DTD_REFUSED, malformed } from './finding.ts'
import { guarded, validateXml, type Fault } from './library.ts'
import { placeFaults } from './places.ts'
import { readXml } from './read-xml.ts'
import { scanXml } from './scan.ts'
import { compileSchema, type CompiledSchema } from './schema.ts'
import { reasonOf } from './syntax-words.ts'
import type { XmlSchemaConfig } from './validator.ts'

/** Compiles `config.schema`. Whatever is wrong with it comes back as `refused`, on the field `schema`. */
export function compile(config: Record<string, unknown>): Compiled {
  const { schema: text, schemas = {}, others = [] } = config as XmlSchemaConfig // `checkConfig` has seen to it
  const texts = { schema: text, named: new Map(Object.entries(schemas)), unnamed: others }
  const schema = guarded(() => compileSchema(texts))
  if (typeof schema === 'string') {
    return { refused: { field: 'schema', message: truncate(schema, LIMITS.findingMessageCharactersMax) } }
  }
  return {
    judge: (document) => guarded(() => judge(schema, document)),
    dispose: () => guarded(() => schema.xsd.delete()),
  }
}

function judge(schema: CompiledSchema, { content, contentType, isText }: JudgedDocument): Judgement {
  const read = readXml(content, { contentType, isText: isText === true })
  if ('fault' in read) return oneError(malformed(read.fault, {}))
  const { text } = read
  // For the parser the text would end there.
  const nul = text.indexOf('\0')
  if (nul >= 0) return oneError(malformed(NUL_REFUSED, createLines(text).at(nul)))
  const scan = scanXml(text)
  if (scan.kind !== 'text') {
    const place = createLines(text).at(scan.offset)
    if (scan.kind === 'doctype') return oneError({ code: 'dtd_not_allowed', message: DTD_REFUSED, ...place })
    return oneError(malformed(`It is nested more than ${LIMITS.xmlDepthMax} deep.`, place))
  }
  const { parseErrors, schemaErrors } = validateXml(schema.xsd, scan.text)
  const fatal = parseErrors[0] ?? schemaErrors.find(({ severity }) => severity === 'fatal')
  if (fatal !== undefined) {
    return oneError(malformed(reasonOf(fatal.message), placeIn(text, fatal)))
  }
  const faults = schemaErrors.filter(({ severity }) => severity === 'error')
  const findings = createFindings()
  if (faults.length > 0) {
    const findingOf = createFindingOf({ text: scan.text, declared: schema.declared() })
    for (const placed of placeFaults(scan.text, faults)) findings.add('error', () => findingOf(placed))
  }
  return findings.judgement()
}

const NUL_REFUSED = 'The character U+0 must not stand in XML.'

/** Where it is, and not behind the end of the text, where something follows it for the parser. */
function placeIn(text: string, { line, column }: Fault): { line: number; column: number } {
  const end = createLines(text).at(text.length)
  return line > end.line || line < 1 ? end : { line, column }
}
