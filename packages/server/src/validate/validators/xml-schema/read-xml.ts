import { isAscii } from 'node:buffer'

/** An XML document's text, or why its bytes are none. */
export type XmlText = { text: string } | { fault: string }

const DECLARATION = /^<\?xml(?=\s)[^>]*\?>/
const DECLARED = /(\sencoding\s*=\s*)(?:"([^"]*)"|'([^']*)')/

/**
 * The text of XML's bytes, by RFC 7303, section 3: the byte order mark decides, else the charset of the content type, else
 * the document's own declaration (XML 1.0, appendix F), else it is UTF-8. What is already a text is UTF-8 whatever it says.
 */
export function readXml(
  content: Uint8Array,
  { contentType, isText }: { contentType: string | null; isText: boolean },
): XmlText {
  const label = markedEncoding(content) ?? (isText ? UTF8 : (charsetOf(contentType) ?? declaredIn(content)))
  const text = decode(content, label)
  if (text !== null) return { text: withoutEncoding(text) }
  return isKnown(label)
    ? { fault: `Its bytes are not ${label}, which it is said to be in.` }
    : { fault: `Its encoding “${label.slice(0, 40)}” is not known here.` }
}

/**
 * The text without the encoding that it declares, which is not that of a text; in its place are blanks, so that everything
 * stands where it stood.
 */
export function withoutEncoding(text: string): string {
  return text.replace(DECLARATION, (declaration) =>
    declaration.replace(DECLARED, (encoding) => encoding.replaceAll(/[^\r\n]/g, ' ')),
  )
}

const UTF8 = 'utf-8'

function markedEncoding([first, second, third]: Uint8Array): string | null {
  if (first === 0xef && second === 0xbb && third === 0xbf) return UTF8
  if (first === 0xfe && second === 0xff) return 'utf-16be'
  return first === 0xff && second === 0xfe ? 'utf-16le' : null
}

function charsetOf(contentType: string | null): string | null {
  const [, quoted, bare] = /;\s*charset\s*=\s*(?:"([^"]*)"|([^\s";]+))/i.exec(contentType ?? '') ?? []
  const charset = (quoted ?? bare)?.trim().toLowerCase()
  // Without a mark it is big endian (RFC 2781, section 4.3).
  return charset === 'utf-16' ? 'utf-16be' : (charset ?? null)
}

/** Where a declaration ends at the latest. */
const DECLARATION_BYTES_MAX = 1_024

function declaredIn(content: Uint8Array): string {
  const [first, second, third, fourth] = content
  if (first === 0 && second === 0x3c && third === 0 && fourth === 0x3f) return 'utf-16be'
  if (first === 0x3c && second === 0 && third === 0x3f && fourth === 0) return 'utf-16le'
  const start = Buffer.from(content.subarray(0, DECLARATION_BYTES_MAX)).toString('latin1')
  const [, , double, single] = DECLARED.exec(DECLARATION.exec(start)?.[0] ?? '') ?? []
  const declared = (double ?? single ?? UTF8).toLowerCase()
  // A declaration that can be read byte by byte is not in UTF-16.
  return declared.startsWith('utf-16') ? UTF8 : declared
}

const LATIN1 = new Set([
  'iso-8859-1',
  'iso_8859-1',
  'iso8859-1',
  'latin1',
  'l1',
  'iso-ir-100',
  'ibm819',
  'cp819',
])
const ASCII = new Set(['us-ascii', 'ascii', 'ansi_x3.4-1968', 'iso646-us'])

/** Null when the bytes are not in that encoding, or nobody knows it. */
function decode(content: Uint8Array, label: string): string | null {
  // For browsers these two are windows-1252.
  if (LATIN1.has(label)) return Buffer.from(content).toString('latin1')
  if (ASCII.has(label) && !isAscii(content)) return null
  try {
    return new TextDecoder(label, { fatal: true }).decode(content)
  } catch {
    return null
  }
}

function isKnown(label: string): boolean {
  try {
    return new TextDecoder(label).encoding !== ''
  } catch {
    return LATIN1.has(label)
  }
}
