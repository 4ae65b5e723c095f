const UTF8 = 'utf-8'
/** How far browsers look for a `<meta charset>` (HTML standard, "prescan a byte stream"). */
const PRESCAN_BYTES = 1024

/** What the document is, by its content type; by its first character where the type says little. */
export type DocumentKind = 'html' | 'xhtml' | 'json' | 'unknown'

export function kindOf(contentType: string | null, text: string): DocumentKind {
  const type = contentType?.split(';')[0]?.trim().toLowerCase() ?? ''
  if (type === 'text/html') return 'html'
  if (type === 'application/xhtml+xml') return 'xhtml'
  if (type === 'application/ld+json' || type === 'application/json') return 'json'
  const first = /\S/.exec(text)?.[0]
  if (first === '<') return 'html'
  return first === '{' || first === '[' ? 'json' : 'unknown'
}

/**
 * The bytes as text: by their byte order mark, else the charset of the content type, else that of a `<meta>`, else UTF-8.
 * What cannot be decoded becomes U+FFFD, as in a browser.
 */
export function readText(content: Uint8Array, contentType: string | null): string {
  const charset = markedCharset(content) ?? charsetIn(contentType) ?? metaCharset(content) ?? UTF8
  try {
    return new TextDecoder(charset).decode(content)
  } catch {
    // No encoding is called that. UTF-8 always gives a text.
    return new TextDecoder(UTF8).decode(content)
  }
}

function markedCharset(content: Uint8Array): string | null {
  const [first, second, third] = content
  if (first === 0xef && second === 0xbb && third === 0xbf) return UTF8
  if (first === 0xfe && second === 0xff) return 'utf-16be'
  if (first === 0xff && second === 0xfe) return 'utf-16le'
  return null
}

function charsetIn(contentType: string | null): string | null {
  return /;\s*charset\s*=\s*["']?([^\s"';]+)/i.exec(contentType ?? '')?.[1] ?? null
}

function metaCharset(content: Uint8Array): string | null {
  const start = new TextDecoder('latin1').decode(content.subarray(0, PRESCAN_BYTES))
  const charset = /<meta[^>]*?charset\s*=\s*["']?([^\s"'/>;]+)/i.exec(start)?.[1] ?? null
  // A `<meta>` that could be read is not in UTF-16, whatever it says.
  return charset !== null && /^utf-16/i.test(charset) ? UTF8 : charset
}
