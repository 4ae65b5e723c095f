import { Parser } from 'htmlparser2'
import { LIMITS } from '../../../../core/limits.ts'
import type { Format } from '../thing.ts'
import { TooMuchData, type Things } from '../things.ts'
import { createMicrodataListener, mayHoldMicrodata } from './microdata.ts'
import { createQuadReader, type Quad } from './quads.ts'
import { createRdfaListener, mayHoldRdfa } from './rdfa.ts'
import { isJsonLdType, type Script } from './scripts.ts'
import { contained, type TagListener } from './tags.ts'

/** Relative URLs of a page without an address; `.invalid` is no host anywhere (RFC 2606). */
const NO_ADDRESS = 'https://document.invalid/'

export interface PageOptions {
  formats: readonly Format[]
  isXhtml: boolean
  /** The page's address; null when it has none. */
  baseUrl: string | null
  onScript(script: Script): void
  /** Told once, where elements are deeper in each other than is looked at. */
  onTooDeep(offset: number): void
  /** Told once for a format whose markup from here on cannot be understood. */
  onUnreadable(format: Format, offset: number): void
}

/**
 * Reads a page once, for all formats: hands on the JSON-LD scripts and puts the things of Microdata and RDFa into
 * `things`. Throws `TooMuchData` as `things` does; the things gathered until then have their places.
 */
export function readPage(text: string, things: Things, options: PageOptions): void {
  const { formats } = options
  const ends: (() => void)[] = []
  const listeners: TagListener[] = []
  const baseUrl = options.baseUrl ?? NO_ADDRESS

  function quadsOf(format: Format): (quad: Quad) => void {
    const reader = createQuadReader(format, things)
    ends.push(() => reader.end())
    return (quad) => reader.read(quad, parser.startIndex)
  }

  function listen(format: Format, listener: TagListener): void {
    listeners.push(contained(listener, () => options.onUnreadable(format, parser.startIndex)))
  }

  if (formats.includes('microdata') && mayHoldMicrodata(text)) {
    listen('microdata', createMicrodataListener(text, baseUrl, quadsOf('microdata')))
  }
  const wantsScripts = formats.includes('json-ld') && /ld\+json/i.test(text)
  const parser = createParser(options, wantsScripts, listeners)
  if (formats.includes('rdfa') && mayHoldRdfa(text)) {
    listen('rdfa', createRdfaListener(text, baseUrl, options.isXhtml, quadsOf('rdfa')))
  }
  if (!wantsScripts && listeners.length === 0) return
  try {
    parser.write(text)
    parser.end()
  } finally {
    for (const end of ends) end()
  }
}

function createParser(
  options: PageOptions,
  wantsScripts: boolean,
  listeners: readonly TagListener[],
): Parser {
  let depth = 0
  let script: Script | null = null
  let scripts = 0
  let wasTooDeep = false

  const parser: Parser = new Parser(
    {
      onopentag(name, attributes) {
        depth += 1
        if (wantsScripts && name === 'script' && isJsonLdType(attributes['type'])) {
          script = { index: scripts, tagOffset: parser.startIndex, text: '', textOffset: parser.endIndex + 1 }
          scripts += 1
        }
        if (depth <= LIMITS.structuredTagDepthMax) {
          for (const listener of listeners) listener.onOpenTag(name, attributes)
        } else if (depth > LIMITS.structuredTagDepthEnd) {
          throw new TooMuchData(`elements more than ${LIMITS.structuredTagDepthEnd} deep`)
        } else if (!wasTooDeep && listeners.length > 0) {
          wasTooDeep = true
          options.onTooDeep(parser.startIndex)
        }
      },
      ontext(data) {
        if (script !== null) {
          // In XHTML a section mark or an entity may come before the text, or split it.
          if (script.text === '') script.textOffset = parser.startIndex
          script.text += data
        }
        for (const listener of listeners) listener.onText(data)
      },
      onclosetag(name) {
        if (depth <= LIMITS.structuredTagDepthMax) for (const listener of listeners) listener.onCloseTag()
        depth -= 1
        if (script !== null && name === 'script') {
          options.onScript(script)
          script = null
        }
      },
      onend() {
        for (const listener of listeners) listener.onEnd()
      },
    },
    { xmlMode: options.isXhtml, recognizeSelfClosing: true },
  )
  return parser
}
