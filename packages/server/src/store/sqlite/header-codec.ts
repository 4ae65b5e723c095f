import { SECOND_MS } from '../../core/time.ts'

/**
 * Headers make up most of an attempt, and say the same thing in almost all of them. So they are written against a fixed
 * dictionary, one line a header:
 *
 *   A…Z            a whole header of PAIRS
 *   a…z + value    a header with a name of NAMES
 *   @              `webhook-id`, being the event's id
 *   #              `webhook-timestamp`, being the second in which the attempt started
 *   ~ + seconds    `date`, as far from that second
 *   : + name + ':' + value
 *
 * Headers that do not fit (a line break in a value) are JSON, which begins with '{' as no line does. A dictionary, not
 * a compressor: it takes two microseconds where zlib takes thirty, on the path of every delivery.
 */

/** They are in databases: append, never reorder. */
const PAIRS: readonly (readonly [name: string, value: string])[] = [
  ['content-type', 'application/json'],
  ['accept-encoding', 'identity'],
  ['webhook-signature', 'v1,…'],
  ['x-validibot-signature', 'sha256=…'],
  ['x-svs-signature', 'sha256=…'],
  ['connection', 'keep-alive'],
  ['connection', 'close'],
  ['keep-alive', 'timeout=5'],
  ['transfer-encoding', 'chunked'],
  ['content-length', '0'],
  ['content-type', 'application/json; charset=utf-8'],
  ['content-type', 'text/plain'],
  ['content-type', 'text/plain; charset=utf-8'],
  ['content-type', 'text/html; charset=utf-8'],
  ['server', 'nginx'],
  ['server', 'cloudflare'],
  ['x-powered-by', 'Express'],
  ['vary', 'Accept-Encoding'],
  ['webhook-signature', 'v1,… v1,…'],
]

/** They are in databases: append, never reorder. */
const NAMES: readonly string[] = [
  'content-type',
  'content-length',
  'user-agent',
  'date',
  'server',
  'etag',
  'connection',
  'keep-alive',
  'vary',
  'cache-control',
  'x-request-id',
  'set-cookie',
  'location',
  'retry-after',
  'via',
  'strict-transport-security',
  'x-content-type-options',
  'x-frame-options',
  'cf-ray',
  'alt-svc',
  'webhook-id',
  'webhook-timestamp',
  'webhook-signature',
  'x-powered-by',
  'allow',
]

const FIRST_PAIR = 'A'.charCodeAt(0)
const FIRST_NAME = 'a'.charCodeAt(0)
/** By name, then by value: a key of both would have to be made, and hashed, for each header. */
const PAIR_LINES = new Map<string, Map<string, string>>()
for (const [index, [name, value]] of PAIRS.entries()) {
  const lines = PAIR_LINES.get(name) ?? new Map<string, string>()
  PAIR_LINES.set(name, lines.set(value, letter(FIRST_PAIR, index)))
}
const NAME_LETTERS = new Map(NAMES.map((name, index) => [name, letter(FIRST_NAME, index)]))

/** What a line may refer to: the attempt that the headers are of. */
export interface HeaderContext {
  eventId: string
  startedAt: number
}

export function encodeHeaders(headers: Record<string, string>, context: HeaderContext): string {
  let text = ''
  for (const name in headers) {
    const value = headers[name] ?? ''
    if (name === '' || name.includes(':') || name.includes('\n') || value.includes('\n')) {
      return JSON.stringify(headers)
    }
    if (text !== '') text += '\n'
    text += encodeHeader(name, value, context)
  }
  return text
}

function encodeHeader(name: string, value: string, { eventId, startedAt }: HeaderContext): string {
  if (name === 'webhook-id' && value === eventId) return '@'
  if (name === 'webhook-timestamp' && value === String(secondOf(startedAt))) return '#'
  if (name === 'date') {
    const second = dateSecond(value)
    if (second !== null) return `~${second - secondOf(startedAt)}`
  }
  const pair = PAIR_LINES.get(name)?.get(value)
  if (pair !== undefined) return pair
  const known = NAME_LETTERS.get(name)
  return known === undefined ? `:${name}:${value}` : known + value
}

export function decodeHeaders(text: string, context: HeaderContext): Record<string, string> {
  if (text === '') return {}
  if (text.startsWith('{')) return JSON.parse(text) as Record<string, string>
  // fromEntries, not assignment: a header may be called __proto__.
  return Object.fromEntries(text.split('\n').map((line) => decodeHeader(line, context)))
}

function decodeHeader(line: string, { eventId, startedAt }: HeaderContext): readonly [string, string] {
  const first = line.charAt(0)
  const rest = line.slice(1)
  if (first === '@') return ['webhook-id', eventId]
  if (first === '#') return ['webhook-timestamp', String(secondOf(startedAt))]
  if (first === '~') return ['date', dateText(secondOf(startedAt) + Number(rest))]
  if (first === ':') return [rest.slice(0, rest.indexOf(':')), rest.slice(rest.indexOf(':') + 1)]
  const pair = PAIRS[first.charCodeAt(0) - FIRST_PAIR]
  if (pair !== undefined) return pair
  const name = NAMES[first.charCodeAt(0) - FIRST_NAME]
  if (name === undefined) throw new Error(`the header line "${line}" was written by a newer program`)
  return [name, rest]
}

function letter(first: number, index: number): string {
  if (index >= 26) throw new Error('the header dictionary has more entries than there are letters')
  return String.fromCharCode(first + index)
}

function secondOf(ms: number): number {
  return Math.floor(ms / SECOND_MS)
}

/** The HTTP date (RFC 9110, 5.6.7) of a second. */
function dateText(second: number): string {
  return new Date(second * SECOND_MS).toUTCString()
}

/** Receivers say the same date for a whole second. */
let lastDate: { text: string; second: number | null } = { text: '', second: null }

/** The second that an HTTP date names; null for what is none, or is spelt in another way. */
function dateSecond(text: string): number | null {
  if (text !== lastDate.text) {
    const second = secondOf(Date.parse(text))
    lastDate = { text, second: dateText(second) === text ? second : null }
  }
  return lastDate.second
}
