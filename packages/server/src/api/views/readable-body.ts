import { TextDecoder } from 'node:util'
import { LIMITS } from '../../core/limits.ts'
import { codingsOf, unpack } from './unpack.ts'

export interface ReadableBody {
  text: string
  /** What was done to make it readable, or why it could not be; null when the bytes are shown as UTF-8, as they came. */
  note: string | null
}

/**
 * An answer's body as text for people. What is stored are the bytes as they came; here they are unpacked and decoded as the
 * headers say, within bounds, whatever the receiver put into them.
 */
export async function readableBody(
  bytes: Buffer,
  headers: Readonly<Record<string, string>>,
): Promise<ReadableBody> {
  const notes: string[] = []
  const content = await unpacked(bytes, headers['content-encoding'] ?? '', notes)
  const text = decoded(content, charsetOf(headers['content-type'] ?? ''), notes)
  return { text, note: notes.length === 0 ? null : notes.join(' ') }
}

async function unpacked(bytes: Buffer, contentEncoding: string, notes: string[]): Promise<Buffer> {
  const codings = codingsOf(contentEncoding)
  if (codings === null) notes.push('This server cannot unpack its content-encoding.')
  let content = bytes
  for (const coding of content.length === 0 ? [] : (codings ?? [])) {
    const result = await unpack(coding, content)
    if (result.isBroken && result.content.length === 0) {
      notes.push(`It is not ${coding}, though content-encoding says so.`)
      return content
    }
    content = result.content
    notes.push(`Unpacked (${coding}).`)
    if (result.isBroken) notes.push('The packed bytes end early or are broken; this is what could be read.')
    if (result.isCut) notes.push(`Cut after ${LIMITS.responseBytesShown / 1024} KiB unpacked.`)
  }
  return content
}

/** `text/html; charset="ISO-8859-1"` → `iso-8859-1`; null when it names none. */
function charsetOf(contentType: string): string | null {
  const [, quoted, plain] = /;\s*charset\s*=\s*(?:"([^"]*)"|([^\s;,]+))/i.exec(contentType) ?? []
  return (quoted ?? plain)?.trim().toLowerCase() ?? null
}

const CHARSET_CHARACTERS_SHOWN = 40

const BYTE_ORDER_MARKS: readonly [mark: readonly number[], charset: string][] = [
  [[0xef, 0xbb, 0xbf], 'utf-8'],
  [[0xff, 0xfe], 'utf-16le'],
  [[0xfe, 0xff], 'utf-16be'],
]

function decoded(content: Buffer, named: string | null, notes: string[]): string {
  const [, marked] = BYTE_ORDER_MARKS.find(([mark]) => mark.every((byte, at) => content[at] === byte)) ?? []
  // As browsers do: what the text itself begins with is surer than what a server says of all its files.
  const said = marked ?? named
  const charset = said ?? 'utf-8'
  let decoder = decoderOf(charset)
  if (decoder === null) {
    notes.push(`Its charset "${charset.slice(0, CHARSET_CHARACTERS_SHOWN)}" is not known here.`)
    decoder = new TextDecoder()
  }
  let text = read(decoder, content)
  if (said === null && isRatherLatin(text)) {
    decoder = new TextDecoder('windows-1252')
    text = read(decoder, content)
  }
  if (isBinary(text)) return hexadecimal(content, notes)
  if (decoder.encoding !== 'utf-8') notes.push(`Decoded from ${decoder.encoding}.`)
  return text.replace(UNPRINTABLE, '\ufffd')
}

/** As a stream, so that a character cut in two at the end is left out and not a mistake. */
function read(decoder: TextDecoder, content: Buffer): string {
  return decoder.decode(content, { stream: true })
}

function hexadecimal(content: Buffer, notes: string[]): string {
  const shown = content.subarray(0, LIMITS.responseBinaryBytesShown)
  notes.push(
    shown.length === content.length
      ? `It is not text: ${content.length} bytes, in hexadecimal.`
      : `It is not text: the first ${shown.length} of ${content.length} bytes, in hexadecimal.`,
  )
  return shown.toString('hex')
}

function decoderOf(charset: string): TextDecoder | null {
  try {
    return new TextDecoder(charset)
  } catch {
    return null
  }
}

/** More bytes that UTF-8 cannot be than characters beyond ASCII that it is: an old program's text, without a word about it. */
function isRatherLatin(text: string): boolean {
  const wrong = text.match(/\ufffd/g)?.length ?? 0
  const right = text.match(/[^\p{ASCII}\ufffd]/gu)?.length ?? 0
  return wrong > right
}

/** Control characters other than tabs and line ends: they are no text, and some of them move a terminal's cursor. */
const UNPRINTABLE = /[^\P{Cc}\t\r\n]/gu
/** More than one in so many characters that are no text, and the rest is chance too. */
const UNPRINTABLE_SHARE = 10

function isBinary(text: string): boolean {
  if (text.includes('\0')) return true
  const strange = text.match(/[^\P{Cc}\t\r\n]|\ufffd/gu)?.length ?? 0
  return strange * UNPRINTABLE_SHARE > text.length
}
