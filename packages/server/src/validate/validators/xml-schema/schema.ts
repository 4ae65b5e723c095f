import { declaredIn, type Declared } from './declared.ts'
import { compileXsd, type Fault, type XmlSchema } from './library.ts'
import { findDeepReference } from './reference-depth.ts'
import { ENTRY_FILE, gatherSchemas, named, type SchemaFile, type SchemaTexts } from './schema-files.ts'
import { SchemaRefused } from './schema-tree.ts'
import { LIMITS } from '../../../core/limits.ts'
import { quote } from './words.ts'

export interface CompiledSchema {
  /** To be disposed of. */
  xsd: XmlSchema
  /** Made when there is something to tell. */
  declared: () => Declared
}

/** The compiled schema, or what keeps it from being one. */
export function compileSchema(texts: SchemaTexts): CompiledSchema | string {
  try {
    return compiled(gatherSchemas(texts))
  } catch (error) {
    if (error instanceof SchemaRefused) return error.message
    throw error
  }
}

function compiled(files: readonly SchemaFile[]): CompiledSchema | string {
  const nodes = files.map(({ node }) => node)
  const tooDeep = findDeepReference(nodes)
  if (tooDeep !== null) {
    return `${quote(tooDeep)} builds on others that build on others in a circle, or more than ${LIMITS.xmlSchemaDepthMax} deep.`
  }
  const texts = apart(files)
  const xsd = compileXsd({
    entry: ENTRY_FILE,
    files: Object.fromEntries(texts.map(({ file, text }) => [file, text])),
    targetNamespace: nodes[0]?.attributes.get('targetNamespace') ?? '',
  })
  if (Array.isArray(xsd)) return told(xsd, texts)
  let declared: Declared | undefined
  return { xsd, declared: () => (declared ??= declaredIn(nodes)) }
}

interface ApartFile extends SchemaFile {
  /** Lines that stand before it. */
  linesBefore: number
  lines: number
}

/** The files with no line number in common, since the parser's messages do not say which of them they are about. */
function apart(files: readonly SchemaFile[]): ApartFile[] {
  let linesBefore = 0
  return files.map((file) => {
    const own = file.text.split('\n').length
    const declaration = /^<\?xml[^>]*\?>/.exec(file.text)?.[0] ?? ''
    const text = `${declaration}${'\n'.repeat(linesBefore)}${file.text.slice(declaration.length)}`
    const placed = { ...file, text, linesBefore, lines: own }
    linesBefore += own
    return placed
  })
}

/** One slip in a schema can make several faults. */
const FAULTS_SHOWN = 3

function told(faults: readonly Fault[], files: readonly ApartFile[]): string {
  const words = faults.map((fault) => {
    const { line, message } = fault
    const file = files.find(({ linesBefore, lines }) => line > linesBefore && line <= linesBefore + lines)
    const at = file === undefined ? '' : `line ${line - file.linesBefore}: `
    return named(file?.name ?? null, `${at}${/[.!?]$/.test(message) ? message : `${message}.`}`)
  })
  return [...new Set(words)].slice(0, FAULTS_SHOWN).join(' ')
}
