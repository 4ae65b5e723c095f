/** The content of a `<script type="application/ld+json">`. */
export interface Script {
  /** Among the JSON-LD scripts of the page, from 0. */
  index: number
  /** Of the script's tag, for findings on the whole of it. */
  tagOffset: number
  text: string
  /** Where the text begins in the page. */
  textOffset: number
}

/** Whether a script's `type` is that of JSON-LD, in whatever case and with whatever parameters. */
export function isJsonLdType(type: string | undefined): boolean {
  return type?.split(';')[0]?.trim().toLowerCase() === 'application/ld+json'
}

/**
 * What the page may put around the JSON to hide it from old browsers or XML: an HTML comment or a CDATA section, whose
 * marks may in turn stand in comments of JavaScript.
 */
const BEFORE = /^\s*(?:(?:(?:\/\/|\/\*)\s*)?(?:<!--|<!\[CDATA\[)\s*(?:(?:\*\/|\/\/)\s*)?)+/
const AFTER = /(?:-->|\]\]>)\s*(?:\*\/)?\s*$/
const AFTER_COMMENT = /(?:\/\/|\/\*)\s*$/

/** Where in a script's text the JSON begins and ends, without what is put around it; nothing else of it is forgiven. */
export function jsonRangeOf(text: string): { from: number; to: number } {
  const from = BEFORE.exec(text)?.[0].length ?? 0
  let to = text.length
  for (;;) {
    // Only the end is looked at: a pattern for the end that runs over all of a hostile text takes quadratic time.
    const start = Math.max(from, to - AFTER_CHARACTERS_MAX)
    const tail = text.slice(start, to).trimEnd()
    const mark = AFTER.exec(tail)
    if (mark === null) return { from, to: Math.max(from, to) }
    to = start + tail.slice(0, mark.index).replace(AFTER_COMMENT, '').length
  }
}

const AFTER_CHARACTERS_MAX = 100
