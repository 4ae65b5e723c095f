import { LIMITS } from '../../../core/limits.ts'
import { createLines } from '../../lines.ts'
import { namesIn, nodesOf, SchemaRefused, XS_NAMESPACE, type SchemaNode } from './schema-tree.ts'

/** A change of a text: what stands from `start` to `end` becomes `text`. */
export interface Edit {
  start: number
  end: number
  text: string
}

/** The text after its changes, of which those within another one do not matter. */
export function edited(text: string, edits: readonly Edit[]): string {
  const pieces: string[] = []
  let copied = 0
  for (const edit of edits.toSorted((one, other) => one.start - other.start || other.end - one.end)) {
    if (edit.start < copied) continue
    pieces.push(text.slice(copied, edit.start), edit.text)
    copied = edit.end
  }
  return pieces.join('') + text.slice(copied)
}

/** Blanks in the place of what stands there: all else stays on its line, in its column. */
function blanked(text: string, { start, end }: Pick<SchemaNode, 'start' | 'end'>): Edit {
  return { start, end, text: text.slice(start, end).replaceAll(/[^\r\n]/g, ' ') }
}

const PARTICLES = new Set(['element', 'group', 'sequence', 'choice', 'all', 'any'])

/**
 * What has to be said otherwise for Xerces to understand it, and means the same. By XML Schema 1.0, part 1:
 * - What may occur 0 times is not there (3.8.2); Xerces lets a group of that kind occur once.
 * - `use="prohibited"` takes away an attribute of a base type, and says nothing anywhere else (3.2.2); Xerces prohibits it there
 *   even where any attribute is allowed.
 * - A fixed value is compared as a value, 1 being 1.0 (3.2.4); Xerces compares those of attributes as texts, so they become a
 *   type of one value.
 * - An element with a fixed value and no type holds that text (3.3.4); Xerces lets it hold anything.
 * Throws `SchemaRefused` for the fixed value of an element whose type is mixed content, which Xerces does not look at either.
 */
export function mendsOf(text: string, schema: SchemaNode): Edit[] {
  const isMixed = mixedTypesOf(schema)
  return [...nodesOf(schema)].flatMap((node) => {
    if (isAbsent(node) || isVainProhibition(node)) return [blanked(text, node)]
    if (!node.attributes.has('fixed')) return []
    if (node.name === 'attribute') return ofFixedAttribute(text, node)
    if (node.name !== 'element') return []
    if (isMixed(node)) {
      const { line } = createLines(text).at(node.start)
      throw new SchemaRefused(`line ${line}: a fixed value of mixed content is not understood here.`)
    }
    return isUntyped(node) ? [within(text, node, untypedText(prefixOf(text, node)))] : []
  })
}

function isAbsent({ name, attributes, parent }: SchemaNode): boolean {
  return PARTICLES.has(name) && attributes.get('maxOccurs')?.trim() === '0' && parent?.name !== 'schema'
}

function isVainProhibition({ name, attributes, parent }: SchemaNode): boolean {
  return (
    name === 'attribute' && attributes.get('use')?.trim() === 'prohibited' && parent?.name !== 'restriction'
  )
}

function ofFixedAttribute(text: string, node: SchemaNode): Edit[] {
  const { attributes, children } = node
  const builtin = builtinOf(node)
  // Nothing can be made of this type but what XML Schema makes.
  if (builtin === 'anySimpleType') return []
  const written = attributes.get('fixed') ?? ''
  const fixed = KEEPS_BLANKS.has(builtin ?? 'string') ? written : written.trim().replaceAll(/\s+/g, ' ')
  const inner = children.find(({ name }) => name === 'simpleType')
  const base = attributes.get('type')
  if (!attributes.has('name') || attributes.has('ref') || (inner !== undefined) === (base !== undefined))
    return []
  const tag = text.slice(node.start, node.tagEnd)
  const isRequired = attributes.get('use')?.trim() === 'required'
  const changed = tag
    .replace(/(\s)fixed(\s*=\s*(?:"[^"]*"|'[^']*'))/, isRequired ? '$1' : '$1default$2')
    .replace(/\stype\s*=\s*(?:"[^"]*"|'[^']*')/, '')
  const xs = prefixOf(text, node)
  const value = `${facetOf(xs, fixed, builtin === 'boolean')}</${xs}restriction></${xs}simpleType>`
  if (inner !== undefined) {
    const open = `<${xs}simpleType><${xs}restriction>`
    return [
      { start: node.start, end: node.tagEnd, text: changed },
      { start: inner.start, end: inner.start, text: open },
      { start: inner.end, end: inner.end, text: value },
    ]
  }
  const type = `<${xs}simpleType><${xs}restriction base="${escaped(base ?? '')}">${value}`
  return [within(text, node, type, changed)]
}

/** A boolean's values cannot be listed. */
function facetOf(xs: string, fixed: string, isOfBoolean: boolean): string {
  if (!isOfBoolean) return `<${xs}enumeration value="${escaped(fixed)}"/>`
  return `<${xs}pattern value="${['true', '1'].includes(fixed.trim()) ? 'true|1' : 'false|0'}"/>`
}

const KEEPS_BLANKS = new Set(['string', 'normalizedString'])

/** The type of XML Schema itself that a type is, or restricts, as far as this schema says so. */
function builtinOf(node: SchemaNode, steps = 0): string | null {
  if (steps > LIMITS.xmlSchemaDepthMax) return null
  const [inner] = node.children.filter(({ name }) => name === 'simpleType' || name === 'restriction')
  if (inner !== undefined) return builtinOf(inner, steps + 1)
  const [type] = namesIn(node, node.name === 'restriction' ? 'base' : 'type')
  if (type === undefined) return null
  if (type.namespace === XS_NAMESPACE) return type.local
  let schema = node
  while (schema.parent !== null) schema = schema.parent
  const named = schema.children.find(
    ({ name, attributes }) => name === 'simpleType' && attributes.get('name') === type.local,
  )
  return named === undefined ? null : builtinOf(named, steps + 1)
}

/** `content` in an element that has nothing in it but, perhaps, an annotation: behind that, and on the same line. */
function within(
  text: string,
  node: SchemaNode,
  content: string,
  tag = text.slice(node.start, node.tagEnd),
): Edit {
  const { start, end } = node
  if (tag.endsWith('/>')) {
    const [, name] = /^<([^\s/>]+)/.exec(tag) ?? []
    return { start, end, text: `${tag.slice(0, -2)}>${content}</${name}>` }
  }
  const close = text.lastIndexOf('</', end - 1)
  return { start, end, text: tag + text.slice(node.tagEnd, close) + content + text.slice(close, end) }
}

function isUntyped({ attributes, children }: SchemaNode): boolean {
  return (
    !['type', 'ref', 'substitutionGroup'].some((name) => attributes.has(name)) &&
    !children.some(({ name }) => name === 'simpleType' || name === 'complexType')
  )
}

/** Text with any attributes: all that is left of any type when the text is fixed. */
function untypedText(xs: string): string {
  const attributes = `<${xs}anyAttribute processContents="lax"/>`
  const content = `<${xs}simpleContent><${xs}extension base="${xs}string">${attributes}</${xs}extension></${xs}simpleContent>`
  return `<${xs}complexType>${content}</${xs}complexType>`
}

function mixedTypesOf(schema: SchemaNode): (element: SchemaNode) => boolean {
  const isMixed = (type: SchemaNode | undefined) =>
    type?.name === 'complexType' &&
    [type, ...type.children].some(({ attributes }) =>
      /^\s*(?:true|1)\s*$/.test(attributes.get('mixed') ?? ''),
    )
  const named = schema.children.filter(isMixed).map(({ attributes }) => attributes.get('name'))
  return (element) =>
    element.children.some(isMixed) || namesIn(element, 'type').some(({ local }) => named.includes(local))
}

/** `xs:`, or nothing, as the element's own name has it. */
function prefixOf(text: string, { start, tagEnd }: SchemaNode): string {
  return /^<([^\s/>:]+:)/.exec(text.slice(start, tagEnd))?.[1] ?? ''
}

function escaped(value: string): string {
  return value
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('"', '&quot;')
    .replaceAll(/[\t\n\r]/g, (c) => `&#${c.charCodeAt(0)};`)
}
