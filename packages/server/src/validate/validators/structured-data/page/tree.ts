import { LIMITS } from '../../../../core/limits.ts'
import { TooMuchData } from '../things.ts'
import {
  attributeName,
  attributeOf,
  createRoot,
  detach,
  HTML_NAMESPACE,
  insertText,
  PageNode,
  textOf,
  type PageAttributes,
} from './node.ts'
import { isJsonLdType } from './scripts.ts'

/** What of a page is looked for; the rest is left out of the tree. */
export interface Wanted {
  scripts: boolean
  microdata: boolean
  rdfa: boolean
}

const MICRODATA = ['itemscope', 'itemprop', 'itemprop-reverse']
const RDFA = ['about', 'typeof', 'property', 'rel', 'rev', 'resource', 'vocab', 'prefix', 'inlist', 'href']
const RDFA_TOO = ['src', 'content', 'datatype', 'datetime', 'xml:base']
/** What has its text as a value. */
const TAKES_TEXT = new Set(['itemprop', 'itemprop-reverse', 'property'])
/** The parser comes back to these three. */
const KEPT = new Set(['html', 'head', 'body'])

/**
 * The tree of a page as far as it says something: elements without a mark of their own are let go of once they end with
 * nothing marked in them, and text is kept only where an element around it has it as its value. A page of 10 MB would
 * fill the memory otherwise. Bounded: throws `TooMuchData`; the tree so far stays.
 */
export class PageTree {
  readonly root = createRoot()
  /** Of the first `<base>` that has one. */
  baseHref: string | null = null
  hasMicrodata = false
  hasRdfa = false
  readonly #marks: ReadonlySet<string>
  readonly #wantsScripts: boolean
  readonly #isXml: boolean
  /** Open elements that have their text as a value. */
  readonly #readers = new Set<PageNode>()
  #elements = 0
  #marked = 0

  constructor({ scripts, microdata, rdfa }: Wanted, isXml: boolean) {
    this.#isXml = isXml
    this.#marks = new Set([...(microdata ? MICRODATA : []), ...(rdfa ? [...RDFA, ...RDFA_TOO] : [])])
    this.#wantsScripts = scripts
  }

  /** Whether there has been anything yet that has its text as a value. */
  mayWantText = false
  /** Whether text that comes now is part of some value. */
  get wantsText(): boolean {
    return this.#readers.size > 0
  }

  create(
    name: string,
    namespace: PageNode['namespace'],
    attributes: PageAttributes,
    offset: number,
    contentOffset: number,
  ): PageNode {
    this.#elements += 1
    if (this.#elements > LIMITS.structuredElementsMax)
      throw moreThan(LIMITS.structuredElementsMax, 'elements')
    const node = new PageNode(name, namespace, attributes, offset, contentOffset)
    this.#mark(node)
    return node
  }

  /** A second `<html>` or `<body>` adds the attributes that the first does not have. */
  addAttributes(node: PageNode, attributes: PageAttributes): void {
    // Those without a meaning here are left out: a hostile page may have a million.
    const added = attributes.filter((attribute) => {
      const name = attributeName(attribute)
      return this.#marks.has(name) && attributeOf(node, name) === undefined
    })
    if (added.length === 0) return
    node.attributes = [...node.attributes, ...added]
    this.#mark(node)
  }

  /** Tells of an element outside of templates. */
  noteBase(node: PageNode): void {
    if (this.baseHref === null && node.name === 'base' && node.namespace === HTML_NAMESPACE) {
      this.baseHref = attributeOf(node, 'href') ?? null
    }
  }

  addText(parent: PageNode, text: string, before: PageNode | null = null): void {
    if (this.wantsText) insertText(parent, text, before)
  }

  /** The parser has done with the element, or has taken it from amid those that are open. */
  close(node: PageNode): void {
    for (let child = node.first; child !== null; child = child.next) {
      if (child.name !== '' && child.isOpen) return
    }
    node.isOpen = false
    this.#readers.delete(node)
    for (let child = node.first; child !== null;) {
      const { next } = child
      this.#letGo(child)
      child = next
    }
    this.#letGo(node)
  }

  /** Leaves its text behind if that is wanted. */
  #letGo(node: PageNode): void {
    const { parent } = node
    if (parent === null || node.isText || node.isMarked || KEPT.has(node.name) || holdsElements(node)) return
    if (this.wantsText && node.first !== null) insertText(parent, textOf(node), node)
    detach(node)
  }

  #mark(node: PageNode): void {
    let takesText = false
    let isMarked = false
    for (const attribute of node.attributes) {
      const name = attributeName(attribute)
      if (!this.#marks.has(name)) continue
      isMarked = true
      if (TAKES_TEXT.has(name)) takesText = true
      if (name === 'itemscope') this.hasMicrodata = true
      if (name === 'typeof') this.hasRdfa = true
    }
    if (this.#wantsScripts && node.name === 'script' && isJsonLdType(attributeOf(node, 'type'))) {
      isMarked = true
      node.isScript = true
      // HTML takes the text of a script as it stands; everywhere else it may hold entities and sections.
      if (this.#isXml || node.namespace !== HTML_NAMESPACE) takesText = true
    }
    if (takesText) {
      this.mayWantText = true
      this.#readers.add(node)
    }
    if (!isMarked || node.isMarked) return
    node.isMarked = true
    this.#marked += 1
    if (this.#marked > LIMITS.structuredMarkedMax) {
      throw moreThan(LIMITS.structuredMarkedMax, 'elements with structured data')
    }
  }
}

function holdsElements(node: PageNode): boolean {
  for (let child = node.first; child !== null; child = child.next) if (!child.isText) return true
  return false
}

function moreThan(max: number, what: string): TooMuchData {
  return new TooMuchData(`more than ${max} ${what}`)
}
