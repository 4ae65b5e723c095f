import { MicrodataRdfParser } from 'microdata-rdf-streaming-parser'
import { LIMITS } from '../../../../core/limits.ts'
import { microdataTypes } from '../vocabulary/misspelt.ts'
import { attributeOf, visit, type PageNode } from './node.ts'
import type { Quad } from './quads.ts'
import type { Tag, TagListener } from './tags.ts'

/** Of the types in these folders, properties are the folder's, however much of a path a type has. */
const VOCABULARIES = {
  'http://schema.org/': {},
  'https://schema.org/': {},
  'http://microformats.org/profile/hcard': {},
}

/** The parser without its stream: quads are handed on as they are found, not queued. */
class Parser extends MicrodataRdfParser {
  readonly #read: (quad: Quad) => void

  constructor(baseUrl: string, read: (quad: Quad) => void) {
    super({ baseIRI: baseUrl, vocabRegistry: VOCABULARIES })
    this.#read = read
  }

  // No "override": the stream's types are not installed, and what it does with a quad is not wanted.
  push(quad: Quad | null): boolean {
    if (quad !== null) this.#read(quad)
    return true
  }
}

/** Throws what `read` throws, which is told where in the page it is. */
export function createMicrodataListener(
  root: PageNode,
  baseUrl: string,
  read: (quad: Quad, offset: number) => void,
): TagListener {
  let offset = 0
  const parser = new Parser(baseUrl, (quad) => read(quad, offset))
  const ids = createIds(root)
  return {
    onOpenTag(tag) {
      offset = tag.offset
      parser.onTagOpen(tag.name, microdataOf(tag, ids, baseUrl))
    },
    onText(data) {
      parser.onText(data)
    },
    onCloseTag(opened) {
      offset = opened
      parser.onTagClose()
    },
    onEnd() {
      parser.onEnd()
    },
  }
}

interface Ids {
  /** Whether some `itemref` names it. */
  isWanted(id: string): boolean
  /** Whether it is wanted, and the element is the first to have it: only that one is meant. */
  isMeant(id: string): boolean
}

/**
 * The ids that some `itemref` names. For each element with an id the parser keeps all that is inside it, in case that an
 * `itemref` comes later: with all ids of a page that takes quadratic time and memory.
 */
function createIds(root: PageNode): Ids {
  const wanted = new Set<string>()
  const met = new Set<string>()
  visit(root, (node) => {
    if (!node.isMarked) return
    for (const id of wordsIn(attributeOf(node, 'itemref'))) {
      // The parser looks ids up in plain objects, where these are found without having been put there.
      if (!(id in Object.prototype) && wanted.size < LIMITS.structuredItemrefsMax) wanted.add(id)
    }
  })
  return {
    isWanted: (id) => wanted.has(id),
    isMeant(id) {
      if (!wanted.has(id) || met.has(id)) return false
      met.add(id)
      return true
    },
  }
}

/** The attributes are those of HTML's elements; SVG has none of them. */
const ITEM_ATTRIBUTES = ['itemscope', 'itemtype', 'itemid', 'itemref', 'itemprop', 'itemprop-reverse']
const LOOKED_AT = [...ITEM_ATTRIBUTES, 'id']
/** These mean something on an item only; the parser would take an item's type for that of the item around it. */
const ATTRIBUTES_OF_ITEMS = ['itemtype', 'itemid', 'itemref']
/** Where the value of an element stands (HTML standard, "value of a property"); elsewhere it is the text. */
const VALUE_ATTRIBUTES: ReadonlyMap<string, string> = new Map([
  ['meta', 'content'],
  ['data', 'value'],
  ['meter', 'value'],
  ['a', 'href'],
  ['area', 'href'],
  ['link', 'href'],
  ['audio', 'src'],
  ['embed', 'src'],
  ['iframe', 'src'],
  ['img', 'src'],
  ['source', 'src'],
  ['track', 'src'],
  ['video', 'src'],
  ['object', 'data'],
])
const URL_ATTRIBUTES = new Set(['href', 'src', 'data'])

/** The attributes of a tag as the parser has to be told of them to make of it what the HTML standard makes of it. */
function microdataOf(tag: Tag, ids: Ids, baseUrl: string): Record<string, string> {
  if (!LOOKED_AT.some((name) => name in tag.attributes)) return tag.attributes
  const isItem = tag.isHtml && tag.attributes['itemscope'] !== undefined
  const left = tag.isHtml ? (isItem ? [] : ATTRIBUTES_OF_ITEMS) : ITEM_ATTRIBUTES
  const attributes = Object.fromEntries(
    Object.entries(tag.attributes).filter(([name]) => !left.includes(name)),
  )
  const { id, itemref, itemtype } = attributes
  if (itemtype !== undefined) attributes['itemtype'] = microdataTypes(itemtype)
  if (id !== undefined && !ids.isMeant(id)) delete attributes['id']
  if (itemref !== undefined) {
    attributes['itemref'] = wordsIn(itemref)
      .filter((each) => ids.isWanted(each))
      .join(' ')
  }
  if (attributes['itemprop'] !== undefined) setValue(attributes, tag.name, baseUrl)
  return attributes
}

function setValue(attributes: Record<string, string>, element: string, baseUrl: string): void {
  const name = VALUE_ATTRIBUTES.get(element)
  const value = name === undefined ? undefined : attributes[name]
  // Search engines take a `content` from any element that has no such attribute; of two values the parser would give both.
  if (value !== undefined && name !== 'content') delete attributes['content']
  if (element === 'time' && attributes['datetime'] !== undefined) delete attributes['content']
  if (name === undefined) return
  if (value === undefined) attributes['content'] ??= ''
  else if (URL_ATTRIBUTES.has(name)) attributes[name] = URL.parse(value, baseUrl)?.href ?? value
}

function wordsIn(text: string | undefined): string[] {
  return text?.split(/[\t\n\f\r ]+/).filter((word) => word !== '') ?? []
}
