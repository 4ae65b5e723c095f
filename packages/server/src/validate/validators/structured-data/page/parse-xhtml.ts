import { parseFragment } from 'parse5'
import { SaxesParser } from 'saxes'
import { LIMITS } from '../../../../core/limits.ts'
import { TooMuchData } from '../things.ts'
import { HTML_NAMESPACE, insert, OTHER_NAMESPACE, type PageNode } from './node.ts'
import { PageTree, type Wanted } from './tree.ts'

export interface ParsedXhtml {
  tree: PageTree
  tooMuch: TooMuchData | null
  /** Where and why the text is no XML: nothing is read from there on. */
  fault: { message: string; offset: number } | null
}

/** Thrown at the first fault, with which XML ends. */
class NotWellFormed extends Error {}

/**
 * Reads a page as XML, as browsers do for `application/xhtml+xml`. Entities are the five of XML, and those of HTML where
 * the document type is one of XHTML's; what a document declares itself is unknown, so that there is nothing to multiply.
 */
export function parseXhtml(text: string, wanted: Wanted): ParsedXhtml {
  const tree = new PageTree(wanted, true)
  const parser = new SaxesParser({ xmlns: true, position: false })
  let current: PageNode = tree.root
  let depth = 0
  let tagOffset = 0
  let attributeCount = 0

  parser.on('doctype', (doctype) => {
    if (XHTML_DOCTYPE.test(doctype)) parser.ENTITIES = HTML_ENTITIES
  })
  parser.on('opentagstart', () => {
    tagOffset = text.lastIndexOf('<', parser.position - 1)
    attributeCount = 0
  })
  parser.on('attribute', () => {
    attributeCount += 1
    if (attributeCount > LIMITS.structuredAttributesMax) {
      throw new TooMuchData(`more than ${LIMITS.structuredAttributesMax} attributes of one element`)
    }
  })
  parser.on('opentag', ({ local, uri, attributes }) => {
    depth += 1
    if (depth > LIMITS.structuredTagDepthEnd) {
      throw new TooMuchData(`elements more than ${LIMITS.structuredTagDepthEnd} deep`)
    }
    const named = Object.values(attributes).map(({ name, value }) => ({ name, value }))
    const node = tree.create(local, namespaceOf(uri), named, tagOffset, parser.position)
    tree.noteBase(node)
    insert(current, node, null)
    current = node
  })
  parser.on('closetag', () => {
    const node = current
    current = node.parent ?? tree.root
    depth -= 1
    tree.close(node)
  })
  parser.on('text', (data) => tree.addText(current, data))
  parser.on('cdata', (data) => tree.addText(current, data))
  parser.on('error', ({ message }) => {
    throw new NotWellFormed(message)
  })
  try {
    parser.write(text).close()
  } catch (error) {
    if (error instanceof TooMuchData) return { tree, tooMuch: error, fault: null }
    if (!(error instanceof NotWellFormed)) throw error
    return { tree, tooMuch: null, fault: { message: error.message, offset: parser.position } }
  }
  return { tree, tooMuch: null, fault: null }
}

/** All that is not HTML is alike here. */
function namespaceOf(uri: string): PageNode['namespace'] {
  const html: string = HTML_NAMESPACE
  return uri === html ? HTML_NAMESPACE : OTHER_NAMESPACE
}

/** https://html.spec.whatwg.org/multipage/xhtml.html#parsing-xhtml-documents lists them. */
const XHTML_DOCTYPE =
  /"-\/\/W3C\/\/DTD (?:XHTML|MathML) [^"]{1,60}\/\/EN"|"-\/\/WAPFORUM\/\/DTD XHTML Mobile 1\.0\/\/EN"/

const XML_ENTITIES = new Map([
  ['amp', '&'],
  ['gt', '>'],
  ['lt', '<'],
  ['quot', '"'],
  ['apos', "'"],
])

/** Looked up as they are asked for: HTML has two thousand. */
const HTML_ENTITIES = new Proxy<Record<string, string>>(
  {},
  {
    get: (_, name) => (typeof name === 'string' ? (XML_ENTITIES.get(name) ?? htmlEntity(name)) : undefined),
  },
)

const htmlEntities = new Map<string, string>()

function htmlEntity(name: string): string | undefined {
  const known = htmlEntities.get(name)
  if (known !== undefined) return known
  const written = `&${name};`
  const [node] = parseFragment(written).childNodes
  if (node === undefined || !('value' in node) || node.value.endsWith(';')) return undefined
  htmlEntities.set(name, node.value)
  return node.value
}
