import { LIMITS } from '../../../core/limits.ts'
import { createLines } from '../../lines.ts'
import { DTD_REFUSED } from './finding.ts'
import { edited, mendsOf, type Edit } from './mend.ts'
import { withoutEncoding } from './read-xml.ts'
import { scanXml } from './scan.ts'
import { parseSchema, SchemaRefused, type SchemaNode } from './schema-tree.ts'
import { quote } from './words.ts'
import { XML_NAMESPACE, XML_SCHEMA } from './xml-namespace.ts'

/** Schemas as a configuration brings them. */
export interface SchemaTexts {
  schema: string
  /** More of them, by the name that `schemaLocation` gives them. */
  named: ReadonlyMap<string, string>
  /** More of them, which only their target namespace tells apart. */
  unnamed: readonly string[]
}

/** One of the schemas that are compiled together. */
export interface SchemaFile {
  /** As the configuration calls it; null for the one that stands in `schema`. */
  name: string | null
  /** As the parser is told it. */
  file: string
  /** The text as the parser gets it; the nodes are of this one without its changes. */
  text: string
  node: SchemaNode
}

export const ENTRY_FILE = 'main.xsd'

/** The schema and all that it includes, redefines or imports, and they in turn, each once. Throws `SchemaRefused`. */
export function gatherSchemas(texts: SchemaTexts): SchemaFile[] {
  const files: SchemaFile[] = []
  const byText = new Map<string, SchemaFile>()
  // What stands closest counts first.
  const tiers = [[texts.schema], [...texts.named.values()], texts.unnamed].map((tier) =>
    Map.groupBy(new Set(tier), targetNamespaceOf),
  )

  function add(name: string | null, original: string): SchemaFile {
    const known = byText.get(original)
    if (known !== undefined) return known
    const text = textOf(original, name)
    const node = parseSchema(text)
    if (typeof node === 'string') throw new SchemaRefused(named(name, node))
    const file: SchemaFile = {
      name,
      file: files.length === 0 ? ENTRY_FILE : `s${files.length}.xsd`,
      text,
      node,
    }
    files.push(file)
    byText.set(original, file)
    const edits = node.children.flatMap((child) => linkOf(child, file))
    file.text = edited(text, [...edits, ...mendsOf(text, node)])
    return file
  }

  /** Where `include` and its like lead, said as the parser is told of it. */
  function linkOf(link: SchemaNode, from: SchemaFile): Edit[] {
    if (!['include', 'redefine', 'import'].includes(link.name)) return []
    const location = link.attributes.get('schemaLocation')?.trim()
    const target = found(link, location, from)
    if (target !== null) return [relinked(from.text, link, target.file)]
    // An import that names no place says only which namespace its names are of.
    if (location === undefined) return []
    const { line } = createLines(from.text).at(link.start)
    const reason = `${quote(location)} is not among the schemas of this step, and other schemas are never fetched.`
    throw new SchemaRefused(named(from.name, `line ${line}: ${reason}`))
  }

  function found(link: SchemaNode, location: string | undefined, from: SchemaFile): SchemaFile | null {
    const names = location === undefined ? [] : [location, resolved(location, from.name)]
    const name = names.find((each) => texts.named.has(each))
    if (name !== undefined) return add(name, texts.named.get(name) ?? '')
    if (link.name !== 'import') return null
    const namespace = link.attributes.get('namespace') ?? ''
    const [only, another] = tiers.map((tier) => tier.get(namespace)).find((tier) => tier !== undefined) ?? []
    if (another !== undefined) {
      const reason = `more than one schema is for the namespace ${quote(namespace)}: say which by its schemaLocation.`
      throw new SchemaRefused(named(from.name, reason))
    }
    if (only !== undefined) return add(`of ${namespace}`, only)
    return namespace === XML_NAMESPACE ? add(XML_NAMESPACE, XML_SCHEMA) : null
  }

  add(null, texts.schema)
  return files
}

/** `base.xsd` in `common/types.xsd` is `common/base.xsd`. */
function resolved(location: string, from: string | null): string {
  const root = 'schema:///'
  const url = URL.parse(location, URL.parse(from ?? '', root)?.href ?? root)
  return url?.href.replace(/^schema:\/\/\//, '') ?? location
}

function relinked(text: string, link: SchemaNode, file: string): Edit {
  const { start, tagEnd: end } = link
  const tag = text.slice(start, end)
  const without = tag.replace(/(\sschemaLocation\s*=\s*)(?:"[^"]*"|'[^']*')/, (attribute) =>
    attribute.replaceAll(/[^\r\n]/g, ' '),
  )
  return { start, end, text: without.replace(/\/?>$/, (close) => ` schemaLocation="${file}"${close}`) }
}

function textOf(original: string, name: string | null): string {
  const text = withoutEncoding(original.replace(/^\ufeff/, ''))
  const scan = scanXml(text)
  if (scan.kind === 'text') return scan.text
  const { line } = createLines(text).at(scan.offset)
  if (scan.kind === 'doctype') throw new SchemaRefused(named(name, DTD_REFUSED))
  throw new SchemaRefused(named(name, `line ${line}: it is nested more than ${LIMITS.xmlDepthMax} deep.`))
}

/** Empty for one without; null for what is no schema, which nobody imports. */
function targetNamespaceOf(text: string): string | null {
  const readable = withoutEncoding(text.replace(/^\ufeff/, ''))
  if (scanXml(readable).kind !== 'text') return null
  const node = parseSchema(readable)
  return typeof node === 'string' ? null : (node.attributes.get('targetNamespace') ?? '')
}

/** The reason with the name of its schema before it, where there are several. */
export function named(name: string | null, reason: string): string {
  return name === null ? reason : `${quote(name)}, ${reason}`
}
