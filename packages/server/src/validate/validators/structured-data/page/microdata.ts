import { LIMITS } from '../../../../core/limits.ts'
import { TooMuchData } from '../things.ts'
import { microdataTypes } from '../vocabulary/misspelt.ts'
import { shortNameOf } from '../vocabulary/vocabulary.ts'
import { microdataValue } from './microdata-value.ts'
import { attributeOf, HTML_NAMESPACE, type PageNode } from './node.ts'
import type { Quad, QuadTerm } from './quads.ts'

const RDF_TYPE = 'http://www.w3.org/1999/02/22-rdf-syntax-ns#type'
const SCHEMA_ORG = 'https://schema.org/'

export interface MicrodataPage {
  /** All elements that are looked at, in order. */
  elements: readonly PageNode[]
  baseUrl: string
}

/**
 * Reads all items of a page (https://html.spec.whatwg.org/multipage/microdata.html) and hands on what they say, with the
 * offset of the element that says it: an item with all that is in it, then the next. Throws what `read` throws.
 */
export function readMicrodata(page: MicrodataPage, read: (quad: Quad, offset: number) => void): void {
  const { elements, baseUrl } = page
  const order = new Map(elements.map((element, index) => [element, index]))
  const elementOfId = firstOfEachId(elements)
  const subjects = new Map<PageNode, QuadTerm>()
  const done = new Set<PageNode>()
  let steps = 0

  function subjectOf(item: PageNode): QuadTerm {
    let subject = subjects.get(item)
    if (subject === undefined) {
      const id = URL.parse(attributeOf(item, 'itemid') ?? '', baseUrl)?.href
      const isNamed = id !== undefined && attributeOf(item, 'itemid') !== undefined
      subject = isNamed ? named(id) : { termType: 'BlankNode', value: `item${subjects.size}` }
      subjects.set(item, subject)
    }
    return subject
  }

  /** Elements that have a property of the item: in it, but not in an item in it, or in what its `itemref` names. */
  function propertiesOf(item: PageNode): PageNode[] {
    const found: PageNode[] = []
    const met = new Set([item])
    const refers = wordsIn(attributeOf(item, 'itemref'))
    const referred = refers.flatMap((id) => elementOfId.get(id) ?? [])
    for (const start of [...childrenOf(item), ...referred]) {
      for (let node: PageNode | null = start; node !== null;) {
        steps += 1
        if (steps > LIMITS.structuredItemStepsMax) throw tooManySteps()
        const isNew: boolean = !met.has(node) && order.has(node)
        met.add(node)
        if (isNew && hasProperty(node)) found.push(node)
        node = isNew && !isItem(node) && node.first !== null ? node.first : following(node, start)
      }
    }
    // What is referred to may stand before the item, or in it as well.
    return referred.length === 0
      ? found
      : found.sort((one, other) => (order.get(one) ?? 0) - (order.get(other) ?? 0))
  }

  function readItem(item: PageNode, vocabularyAround: string | null): void {
    if (done.has(item)) return
    done.add(item)
    const subject = subjectOf(item)
    const types = wordsIn(microdataTypes(attributeOf(item, 'itemtype') ?? '')).filter((type) =>
      type.includes(':'),
    )
    for (const type of types) read({ subject, predicate: named(RDF_TYPE), object: named(type) }, item.offset)
    const vocabulary = types[0] === undefined ? vocabularyAround : vocabularyOf(types[0])
    for (const element of propertiesOf(item)) readProperty(element, subject, vocabulary)
  }

  function readProperty(element: PageNode, subject: QuadTerm, vocabulary: string | null): void {
    const value = isItem(element) ? subjectOf(element) : microdataValue(element, baseUrl)
    const iris = (attribute: string) =>
      [...new Set(wordsIn(attributeOf(element, attribute)))].map((name) => propertyIri(name, vocabulary))
    for (const iri of iris('itemprop'))
      read({ subject, predicate: named(iri), object: value }, element.offset)
    if (value.termType !== 'Literal') {
      for (const iri of iris('itemprop-reverse')) {
        read({ subject: value, predicate: named(iri), object: subject }, element.offset)
      }
    }
    if (isItem(element)) readItem(element, vocabulary)
  }

  // Those that are nobody's value first: what the others have around them is known then.
  for (const element of elements) if (isItem(element) && !hasProperty(element)) readItem(element, null)
  for (const element of elements) if (isItem(element)) readItem(element, null)
}

/** The attributes are those of HTML's elements; SVG has none of them. */
function isItem(node: PageNode): boolean {
  return node.namespace === HTML_NAMESPACE && node.isMarked && attributeOf(node, 'itemscope') !== undefined
}

function hasProperty(node: PageNode): boolean {
  if (node.namespace !== HTML_NAMESPACE || !node.isMarked) return false
  return attributeOf(node, 'itemprop') !== undefined || attributeOf(node, 'itemprop-reverse') !== undefined
}

function firstOfEachId(elements: readonly PageNode[]): ReadonlyMap<string, PageNode> {
  const found = new Map<string, PageNode>()
  for (const element of elements) {
    const id = attributeOf(element, 'id')
    if (id !== undefined && !found.has(id)) found.set(id, element)
  }
  return found
}

/** The node that comes after it in the tree below `top`, without what is in it; null at the end. */
function following(node: PageNode, top: PageNode): PageNode | null {
  for (let each: PageNode | null = node; each !== null && each !== top; each = each.parent) {
    if (each.next !== null) return each.next
  }
  return null
}

function childrenOf(node: PageNode): PageNode[] {
  const children: PageNode[] = []
  for (let child = node.first; child !== null; child = child.next) children.push(child)
  return children
}

/** Names mean what the first type's vocabulary says; a name with a colon is an address of its own. */
function propertyIri(name: string, vocabulary: string | null): string {
  return name.includes(':') ? name : (vocabulary ?? 'about:none#') + name
}

function vocabularyOf(type: string): string {
  if (shortNameOf(type) !== null || type.startsWith(SCHEMA_ORG)) return SCHEMA_ORG
  return type.slice(0, Math.max(type.lastIndexOf('/'), type.lastIndexOf('#')) + 1)
}

function named(value: string): QuadTerm {
  return { termType: 'NamedNode', value }
}

function wordsIn(text: string | undefined): string[] {
  return text?.split(/[\t\n\f\r ]+/).filter((word) => word !== '') ?? []
}

function tooManySteps(): TooMuchData {
  return new TooMuchData(
    `more than ${LIMITS.structuredItemStepsMax} elements in items and what their itemrefs name`,
  )
}
