import { RdfaParser } from 'rdfa-streaming-parser'
import type { Quad } from './quads.ts'
import type { TagListener } from './tags.ts'

/**
 * Only what has a type is judged, so that `property` alone, which nearly every page has for Open Graph, is not worth the
 * parser's time.
 */
const ATTRIBUTE = /\stypeof\s*=/i

/** Whether a page may hold things in RDFa: a cheap look, since most pages do not. */
export function mayHoldRdfa(text: string): boolean {
  return ATTRIBUTE.test(text)
}

/** The parser without its stream: quads are handed on as they are found, not queued. */
class Parser extends RdfaParser {
  readonly #read: (quad: Quad) => void

  constructor(baseUrl: string, contentType: string, read: (quad: Quad) => void) {
    super({ baseIRI: baseUrl, contentType })
    this.#read = read
  }

  // No "override": the stream's types are not installed, and what it does with a quad is not wanted.
  push(quad: Quad | null): boolean {
    if (quad !== null) this.#read(quad)
    return true
  }
}

/** Throws what `read` throws. */
export function createRdfaListener(
  text: string,
  baseUrl: string,
  isXhtml: boolean,
  read: (quad: Quad) => void,
): TagListener {
  const parser = new Parser(baseUrl, isXhtml ? 'application/xhtml+xml' : 'text/html', read)
  // In HTML these two are there whether they are written or not, and what stands at the very top of a text speaks about
  // the page as a whole: without them the things of a fragment would become one.
  if (!/<html[\s>]/i.test(text)) {
    parser.onTagOpen('html', {})
    parser.onTagOpen('body', {})
  }
  /** For each open element, whether it or one around it may need its text. */
  const needsText: boolean[] = []
  return {
    onOpenTag(name, attributes) {
      needsText.push(needsText.at(-1) === true || 'property' in attributes)
      parser.onTagOpen(name, withSlash(attributes))
    },
    onText(data) {
      // The parser hands the text of every element up to the ones around it, in lists that it copies each time.
      if (needsText.at(-1) === true) parser.onText(data)
    },
    onCloseTag() {
      needsText.pop()
      parser.onTagClose()
    },
    onEnd() {
      parser.onEnd()
    },
  }
}

/** Often written without the slash; taken by the letter every name would be a host of its own. */
function withSlash(attributes: Record<string, string>): Record<string, string> {
  const { vocab } = attributes
  return vocab !== undefined && /^https?:\/\/(?:www\.)?schema\.org$/.test(vocab)
    ? { ...attributes, vocab: `${vocab}/` }
    : attributes
}
