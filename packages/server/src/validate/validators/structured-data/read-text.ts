import { isUtf8 } from 'node:buffer'
import sniffEncoding from 'html-encoding-sniffer'

const UTF8 = 'utf-8'
/** What browsers take a page for that does not say its encoding. */
const OF_OLD_PAGES = 'windows-1252'

/** What the document is, by its content type; by its first character where the type says little. */
export type DocumentKind = 'html' | 'xhtml' | 'json' | 'unknown'

export function kindOf(contentType: string | null, content: Uint8Array): DocumentKind {
  const type = contentType?.split(';')[0]?.trim().toLowerCase() ?? ''
  if (type === 'text/html') return 'html'
  if (type === 'application/xhtml+xml') return 'xhtml'
  if (type === 'application/ld+json' || type === 'application/json') return 'json'
  const first = /\S/.exec(decode(content, markedEncoding(content) ?? UTF8))?.[0]
  if (first === '<') return 'html'
  return first === '{' || first === '[' ? 'json' : 'unknown'
}

export interface ReadText {
  text: string
  encoding: string
  /** Whether a `<meta>` cannot change it any more. */
  isCertain: boolean
}

/** JSON's bytes as text: by the byte order mark, else the charset of the content type, else UTF-8. */
export function readJsonText(content: Uint8Array, contentType: string | null): string {
  return decode(content, markedEncoding(content) ?? knownEncoding(charsetIn(contentType)) ?? UTF8)
}

/**
 * A page's bytes as text, by the algorithm of browsers: byte order mark, charset of the content type, `<meta>` or XML
 * declaration at its beginning (https://html.spec.whatwg.org/multipage/parsing.html#encoding-sniffing-algorithm). A page that
 * says nothing is taken for UTF-8 when it is that, which no other text is by chance. What cannot be decoded becomes U+FFFD.
 */
export function readPageText(content: Uint8Array, contentType: string | null, isXhtml: boolean): ReadText {
  const charset = knownEncoding(charsetIn(contentType))
  const encoding = sniffEncoding(content, {
    xml: isXhtml,
    ...(charset === null ? {} : { transportLayerEncodingLabel: charset }),
    defaultEncoding: isXhtml || isUtf8(content) ? UTF8 : OF_OLD_PAGES,
  }).toLowerCase()
  const isCertain = isXhtml || markedEncoding(content) !== null || charset !== null
  return { text: decode(content, encoding), encoding, isCertain }
}

/**
 * What encoding a `<meta>` says that the parser has met behind the part that is looked through beforehand; null when none
 * does (https://html.spec.whatwg.org/multipage/parsing.html#changing-the-encoding-while-parsing).
 */
export function encodingIn(metas: readonly ReadonlyMap<string, string>[]): string | null {
  for (const attributes of metas) {
    const isPragma = attributes.get('http-equiv')?.toLowerCase() === 'content-type'
    const label = attributes.get('charset') ?? (isPragma ? charsetOf(attributes.get('content')) : null)
    const encoding = knownEncoding(label)
    // A `<meta>` that could be read is not in UTF-16, whatever it says.
    if (encoding !== null) return encoding.startsWith('utf-16') ? UTF8 : encoding
  }
  return null
}

export function decode(content: Uint8Array, encoding: string): string {
  try {
    return new TextDecoder(encoding).decode(content)
  } catch {
    // Known to browsers, but not here. UTF-8 always gives a text.
    return new TextDecoder(UTF8).decode(content)
  }
}

function markedEncoding(content: Uint8Array): string | null {
  const [first, second, third] = content
  if (first === 0xef && second === 0xbb && third === 0xbf) return UTF8
  if (first === 0xfe && second === 0xff) return 'utf-16be'
  if (first === 0xff && second === 0xfe) return 'utf-16le'
  return null
}

function charsetIn(contentType: string | null): string | null {
  return /;\s*charset\s*=\s*["']?([^\s"';]+)/i.exec(contentType ?? '')?.[1] ?? null
}

/** https://html.spec.whatwg.org/multipage/urls-and-fetching.html#extracting-character-encodings-from-meta-elements */
function charsetOf(content: string | undefined): string | null {
  const [, double, single, bare] = CHARSET.exec(content ?? '') ?? []
  return double ?? single ?? bare ?? null
}

const CHARSET = /charset[\t\n\f\r ]*=[\t\n\f\r ]*(?:"([^"]*)"|'([^']*)'|([^"'\t\n\f\r ;][^\t\n\f\r ;]*))/i

/** The name of the encoding that a label stands for; null when nobody knows it. */
function knownEncoding(label: string | null): string | null {
  if (label === null) return null
  if (/^\s*x-user-defined\s*$/i.test(label)) return OF_OLD_PAGES
  try {
    return new TextDecoder(label).encoding
  } catch {
    return null
  }
}
