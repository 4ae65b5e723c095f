import { MicrodataRdfParser } from 'microdata-rdf-streaming-parser'
import { LIMITS } from '../../../../core/limits.ts'
import type { Quad } from './quads.ts'
import type { TagListener } from './tags.ts'

const ATTRIBUTE = /\sitemscope(?=[\s=>/])/i
const ITEMREF = /\sitemref\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s>"']+))/gi

/** Whether a page may hold Microdata: a cheap look, since most pages do not. */
export function mayHoldMicrodata(text: string): boolean {
  return ATTRIBUTE.test(text)
}

/** The parser without its stream: quads are handed on as they are found, not queued. */
class Parser extends MicrodataRdfParser {
  readonly #read: (quad: Quad) => void

  constructor(baseUrl: string, read: (quad: Quad) => void) {
    super({ baseIRI: baseUrl })
    this.#read = read
  }

  // No "override": the stream's types are not installed, and what it does with a quad is not wanted.
  push(quad: Quad | null): boolean {
    if (quad !== null) this.#read(quad)
    return true
  }
}

/** Throws what `read` throws. */
export function createMicrodataListener(
  text: string,
  baseUrl: string,
  read: (quad: Quad) => void,
): TagListener {
  const parser = new Parser(baseUrl, read)
  const wantedIds = idsReferredTo(text)
  return {
    onOpenTag(name, attributes) {
      parser.onTagOpen(name, withWantedIds(attributes, wantedIds))
    },
    onText(data) {
      parser.onText(data)
    },
    onCloseTag() {
      parser.onTagClose()
    },
    onEnd() {
      parser.onEnd()
    },
  }
}

/**
 * The ids that some `itemref` names. For each element with an id the parser keeps all that is inside it, in case that an
 * `itemref` comes later: with all ids of a page that takes quadratic time and memory.
 */
function idsReferredTo(text: string): ReadonlySet<string> {
  const ids = new Set<string>()
  for (const [, double, single, bare] of text.matchAll(ITEMREF)) {
    for (const id of (double ?? single ?? bare ?? '').split(/\s+/)) {
      // The parser looks ids up in plain objects, where these are found without having been put there.
      if (id === '' || id in Object.prototype) continue
      if (ids.size >= LIMITS.structuredItemrefsMax) return ids
      ids.add(id)
    }
  }
  return ids
}

function withWantedIds(
  attributes: Record<string, string>,
  wantedIds: ReadonlySet<string>,
): Record<string, string> {
  const { id, itemref } = attributes
  if ((id === undefined || wantedIds.has(id)) && itemref === undefined) return attributes
  const changed = { ...attributes }
  if (id !== undefined && !wantedIds.has(id)) delete changed['id']
  if (itemref !== undefined) {
    changed['itemref'] = itemref
      .split(/\s+/)
      .filter((each) => wantedIds.has(each))
      .join(' ')
  }
  return changed
}
