import { RdfaParser } from 'rdfa-streaming-parser'
import type { Quad } from './quads.ts'
import type { TagListener } from './tags.ts'

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

/** Throws what `read` throws, which is told where in the page it is. */
export function createRdfaListener(
  baseUrl: string,
  isXhtml: boolean,
  read: (quad: Quad, offset: number) => void,
): TagListener {
  let offset = 0
  const parser = new Parser(baseUrl, isXhtml ? 'application/xhtml+xml' : 'text/html', (quad) =>
    read(quad, offset),
  )
  /** For each open element, whether it or one around it may need its text. */
  const needsText: boolean[] = []
  return {
    onOpenTag(tag) {
      offset = tag.offset
      needsText.push(needsText.at(-1) === true || 'property' in tag.attributes)
      // The page's base is known.
      if (tag.name !== 'base') parser.onTagOpen(tag.name, withSlash(tag.attributes))
      else parser.onTagOpen(tag.name, {})
    },
    onText(data) {
      // The parser hands the text of every element up to the ones around it, in lists that it copies each time.
      if (needsText.at(-1) === true) parser.onText(data)
    },
    onCloseTag(opened) {
      offset = opened
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
    : { ...attributes }
}
