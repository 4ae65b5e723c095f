import { RequestInvalidError } from '../../net/failures.ts'
import { shown } from '../../net/words.ts'

/** What of a request is the same for all requests to one URL. */
export interface RequestHead {
  /** The request line, and the headers that are ours. */
  readonly text: string
}

/** Bytes of a body up to which it is copied behind the head: one write, and one packet where it fits. */
const COPIED_BYTES_MAX = 16 * 1024

/** RFC 9110, sections 5.6.2 and 5.5. */
const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/
const FORBIDDEN_IN_VALUE = /[^\t\x20-\x7e\x80-\xff]/

/**
 * Names that decide how a request is read (RFC 9112, sections 3.2, 6 and 9.6). They are written here and nowhere else: one
 * that a webhook's settings brought in would let it end one request and begin another.
 */
const OWN_NAMES: ReadonlySet<string> = new Set([
  'host',
  'connection',
  'keep-alive',
  'proxy-connection',
  'content-length',
  'transfer-encoding',
  'te',
  'trailer',
  'upgrade',
  'expect',
])

/** `host` and `path` come from a parsed URL, which leaves no space and no control character in them. */
export function requestHead(host: string, path: string): RequestHead {
  return { text: `POST ${path} HTTP/1.1\r\nhost: ${host}\r\nconnection: keep-alive\r\n` }
}

/**
 * The bytes of one request, as one buffer or, with a large body, as two for one write. Throws a RequestInvalidError for a
 * header that no request can bear.
 */
export function requestBytes(
  head: RequestHead,
  headers: Readonly<Record<string, string>>,
  body: Buffer,
): readonly [Buffer] | readonly [Buffer, Buffer] {
  let text = head.text
  for (const name in headers) {
    const value = headers[name]
    if (value !== undefined && isCallers(name)) text += `${name}: ${writable(name, value)}\r\n`
  }
  text += `content-length: ${body.length}\r\n\r\n`
  if (body.length > COPIED_BYTES_MAX) return [Buffer.from(text, 'latin1'), body]
  const bytes = Buffer.allocUnsafe(text.length + body.length)
  bytes.write(text, 'latin1')
  body.copy(bytes, text.length)
  return [bytes]
}

/** Names come again and again: what is found out of one is remembered. */
const verdicts = new Map<string, boolean>()
const VERDICTS_MAX = 1_000

/** False for a name that is ours to write. */
function isCallers(name: string): boolean {
  const known = verdicts.get(name)
  if (known !== undefined) return known
  if (!TOKEN.test(name)) throw new RequestInvalidError(`no header can be named "${shown(name)}"`)
  const verdict = !OWN_NAMES.has(name.toLowerCase())
  if (verdicts.size >= VERDICTS_MAX) verdicts.clear()
  verdicts.set(name, verdict)
  return verdict
}

function writable(name: string, value: string): string {
  if (!FORBIDDEN_IN_VALUE.test(value)) return value
  throw new RequestInvalidError(`the value of its header "${name}" has a character that no header can have`)
}
