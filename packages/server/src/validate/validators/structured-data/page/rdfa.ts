import { RdfaParser } from 'rdfa-streaming-parser'
import { looksLikeSchemaOrg } from '../vocabulary/misspelt.ts'
import { isType } from '../vocabulary/vocabulary.ts'
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

/** What is told of a page's vocabularies. */
export interface VocabularyNotice {
  /** It looks like schema.org's address and is not; it is read as what was meant. */
  misspelt(written: string, offset: number): void
  /** There is a type, and nothing says whose. */
  missing(offset: number): void
}

/** Throws what `read` throws, which is told where in the page it is. */
export function createRdfaListener(
  baseUrl: string,
  isXhtml: boolean,
  read: (quad: Quad, offset: number) => void,
  notice: VocabularyNotice,
): TagListener {
  let offset = 0
  const parser = new Parser(baseUrl, isXhtml ? 'application/xhtml+xml' : 'text/html', (quad) =>
    read(quad, offset),
  )
  /** For each open element, whether it or one around it may need its text. */
  const needsText: boolean[] = []
  /** And whether plain names mean anything there. */
  const hasVocabularies: boolean[] = []
  return {
    onOpenTag(tag) {
      offset = tag.offset
      needsText.push(needsText.at(-1) === true || 'property' in tag.attributes)
      const attributes = { ...tag.attributes }
      mendVocabularies(attributes, (written) => notice.misspelt(written, tag.offset))
      let hasVocabulary = 'vocab' in attributes ? attributes['vocab'] !== '' : hasVocabularies.at(-1) === true
      if (!hasVocabulary && namesTypes(attributes['typeof'])) {
        // Search engines see nothing here. Read as what was meant, so that the rest can be judged.
        notice.missing(tag.offset)
        attributes['vocab'] = SCHEMA_ORG
        hasVocabulary = true
      }
      hasVocabularies.push(hasVocabulary)
      // The page's base is known.
      parser.onTagOpen(tag.name, tag.name === 'base' ? {} : attributes)
    },
    onText(data) {
      // The parser hands the text of every element up to the ones around it, in lists that it copies each time.
      if (needsText.at(-1) === true) parser.onText(data)
    },
    onCloseTag(opened) {
      offset = opened
      needsText.pop()
      hasVocabularies.pop()
      parser.onTagClose()
    },
    onEnd() {
      parser.onEnd()
    },
  }
}

const SCHEMA_ORG = 'https://schema.org/'
const SCHEMA_ORG_VOCABULARY = /^https?:\/\/(?:[a-z-]+\.)?schema\.org\/$/i
/** Often written without the slash; taken by the letter every name would be a host of its own. */
const WITHOUT_SLASH = /^https?:\/\/(?:[a-z-]+\.)?schema\.org$/i

/** What was meant in place of addresses that look like schema.org's. */
function mendVocabularies(attributes: Record<string, string>, onMisspelt: (written: string) => void): void {
  const mended = (address: string): string => {
    if (WITHOUT_SLASH.test(address)) return `${address}/`
    if (SCHEMA_ORG_VOCABULARY.test(address) || !looksLikeSchemaOrg(address)) return address
    onMisspelt(address)
    return SCHEMA_ORG
  }
  const { vocab, prefix } = attributes
  if (vocab !== undefined) attributes['vocab'] = mended(vocab.trim())
  if (prefix !== undefined) {
    attributes['prefix'] = prefix.replace(
      /(:\s+)(\S+)/g,
      (_, colon: string, address: string) => colon + mended(address),
    )
  }
}

/** Whether it has the plain name of a type. */
function namesTypes(types: string | undefined): boolean {
  return types?.split(/\s+/).some(isType) === true
}
