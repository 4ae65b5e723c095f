import type { Format } from '../thing.ts'
import type { TooMuchData, Things } from '../things.ts'
import { readMicrodata } from './microdata.ts'
import type { PageNode } from './node.ts'
import { createQuadReader, type Quad } from './quads.ts'
import { createRdfaListener, type VocabularyNotice } from './rdfa.ts'
import type { Script } from './scripts.ts'
import { contained, type TagListener } from './tags.ts'
import type { PageTree } from './tree.ts'
import { walk } from './walk.ts'

/** Relative URLs of a page without an address; `.invalid` is no host anywhere (RFC 2606). */
const NO_ADDRESS = 'https://document.invalid/'

/** A page, parsed. */
export interface Page {
  text: string
  tree: PageTree
  isXhtml: boolean
  /** What there was too much of to read all of it. */
  tooMuch: TooMuchData | null
  /** Where and why it is not what its content type says, so that nothing is read from there on. */
  fault: { message: string; offset: number } | null
}

export interface PageOptions {
  /** Where relative URLs start; null when the page has no address. */
  baseUrl: string | null
  onScript(script: Script): void
  /** Told once, where elements are deeper in each other than is looked at. */
  onTooDeep(offset: number): void
  /** Of RDFa, whose names mean nothing without one. */
  vocabularyNotice: VocabularyNotice
  /** Told once for a format whose markup from here on cannot be understood. */
  onUnreadable(format: Format, offset: number): void
}

/** Where a page's relative URLs start: its own address, unless it has a `<base>` that says otherwise. */
export function baseUrlOf({ tree }: Page, address: string | null): string | null {
  if (tree.baseHref === null) return address
  return URL.parse(tree.baseHref, address ?? undefined)?.href ?? address
}

/**
 * Goes through a page once, for all formats: hands on the JSON-LD scripts and puts the things of Microdata and RDFa into
 * `things`. Throws `TooMuchData` as `things` does; the things gathered until then have their places.
 */
export function readPage(page: Page, things: Things, options: PageOptions): void {
  const { tree } = page
  const ends: (() => void)[] = []
  const listeners: TagListener[] = []
  const elements: PageNode[] = []
  const baseUrl = options.baseUrl ?? NO_ADDRESS

  function readerOf(format: Format): (quad: Quad, offset: number) => void {
    const reader = createQuadReader(format, things)
    ends.push(() => reader.end())
    return (quad, offset) => reader.read(quad, offset)
  }

  if (tree.hasRdfa) {
    const listener = createRdfaListener(baseUrl, page.isXhtml, readerOf('rdfa'), options.vocabularyNotice)
    listeners.push(contained(listener, (offset) => options.onUnreadable('rdfa', offset)))
  }
  const microdata = tree.hasMicrodata ? readerOf('microdata') : null
  try {
    walk(tree.root, page.text, { ...options, listeners, elements: microdata === null ? null : elements })
    if (microdata !== null) readMicrodata({ elements, baseUrl }, microdata)
  } finally {
    for (const end of ends) end()
  }
}
