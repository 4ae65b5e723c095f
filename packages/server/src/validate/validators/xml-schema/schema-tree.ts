import { SaxesParser } from 'saxes'
import { createLines } from '../../lines.ts'

export const XS_NAMESPACE = 'http://www.w3.org/2001/XMLSchema'

/** An element of a schema, as far as it is one of XML Schema's own; what stands in `appinfo` and the like is left out. */
export interface SchemaNode {
  /** Without its prefix: `complexType`. */
  name: string
  /** Attributes without a namespace. */
  attributes: ReadonlyMap<string, string>
  parent: SchemaNode | null
  children: SchemaNode[]
  /** From the first character of its start tag to behind its end tag, and where the start tag ends. */
  start: number
  tagEnd: number
  end: number
  /** Namespaces that its start tag declares, by prefix. */
  namespaces: Readonly<Record<string, string>>
}

/** The name of something that a schema declares or refers to. */
export interface QName {
  namespace: string
  local: string
}

/** `xs:schema` of a text, or why there is none; the text has neither DOCTYPE nor too much depth. */
export function parseSchema(text: string): SchemaNode | string {
  const parser = new SaxesParser({ xmlns: true, position: false })
  let root: SchemaNode | null = null
  let current: SchemaNode | null = null
  /** How many elements are open that are none of XML Schema, or within one such. */
  let foreign = 0
  let tagStart = 0

  parser.on('opentagstart', () => {
    tagStart = text.lastIndexOf('<', parser.position - 1)
  })
  parser.on('opentag', ({ local, uri, attributes, ns }) => {
    if (foreign > 0 || uri !== XS_NAMESPACE || ['appinfo', 'documentation'].includes(local)) {
      foreign++
      return
    }
    const own = Object.values(attributes).filter((attribute) => attribute.uri === '')
    const node: SchemaNode = {
      name: local,
      attributes: new Map(own.map(({ name, value }) => [name, value])),
      parent: current,
      children: [],
      start: tagStart,
      tagEnd: parser.position,
      end: text.length,
      namespaces: ns,
    }
    current?.children.push(node)
    root ??= node
    current = node
  })
  parser.on('closetag', () => {
    if (foreign > 0) {
      foreign--
      return
    }
    if (current === null) return
    current.end = parser.position
    current = current.parent
  })
  parser.on('error', ({ message }) => {
    throw new NotWellFormed(message)
  })
  try {
    parser.write(text).close()
  } catch (error) {
    if (!(error instanceof NotWellFormed)) throw error
    const { line, column } = createLines(text).at(parser.position)
    return `It is not well-formed XML. line ${line}, column ${column}: ${error.message}`
  }
  return isSchema(root) ? root : 'It is not an XML Schema: that begins with xs:schema.'
}

/** Thrown for what keeps a schema from being used, in words for whoever wrote it. */
export class SchemaRefused extends Error {}

/** Thrown at the first fault, with which XML ends. */
class NotWellFormed extends Error {}

function isSchema(node: SchemaNode | null): node is SchemaNode {
  return node?.name === 'schema'
}

/** The node and all below it, in the order of the text. */
export function* nodesOf(node: SchemaNode): Generator<SchemaNode> {
  yield node
  for (const child of node.children) yield* nodesOf(child)
}

/** What an attribute such as `base`, `ref` or `memberTypes` names. */
export function namesIn(node: SchemaNode, attribute: string): QName[] {
  const names = (node.attributes.get(attribute) ?? '').split(/\s+/).filter((name) => name !== '')
  return names.map((name) => qualified(node, name))
}

function qualified(node: SchemaNode, name: string): QName {
  const colon = name.indexOf(':')
  const prefix = colon < 0 ? '' : name.slice(0, colon)
  const local = name.slice(colon + 1)
  for (let at: SchemaNode | null = node; at !== null; at = at.parent) {
    const namespace = at.namespaces[prefix]
    if (namespace !== undefined) return { namespace, local }
  }
  return { namespace: '', local }
}
