/** The body as a sender may have written it before something here parsed it and wrote it anew. */
export interface Reserialization {
  readonly body: Uint8Array
  /** Completes "The signature matches …". */
  readonly change: string
}

/**
 * Deeper JSON is not written anew: indentation makes text grow with the square of the depth, and a forged body could
 * make it gigabytes.
 */
const DEPTH_MAX = 16

/** Everything tried, most usual first, one at a time, so that a hit ends the work. */
export function* reserializations(body: Uint8Array): Generator<Reserialization> {
  const text = Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString('utf8')
  yield* textChanges(text)
  const value = parse(text)
  if (value === undefined) return
  for (const [change, write] of WRITERS) {
    const written = write(value)
    if (written === text) continue
    yield { body: Buffer.from(written, 'utf8'), change: `the same JSON written ${change}` }
  }
}

function* textChanges(text: string): Generator<Reserialization> {
  const trimmed = text.trimEnd()
  const changes: [string, string][] = [
    ['the body without the white space at its end', trimmed],
    ['the body with a line feed at its end', `${trimmed}\n`],
    ['the body with LF line ends', text.replaceAll('\r\n', '\n')],
    ['the body with CRLF line ends', text.replaceAll(/\r?\n/g, '\r\n')],
    ['the body without its byte order mark', text.replace(/^\uFEFF/, '')],
  ]
  for (const [change, changed] of changes) {
    if (changed !== text) yield { body: Buffer.from(changed, 'utf8'), change }
  }
}

/** How common JSON writers lay out what a sender sends. */
const WRITERS: readonly (readonly [string, (value: unknown) => string])[] = [
  ['compactly', (value) => JSON.stringify(value)],
  ['with a space after each comma and colon', (value) => escapeNonAscii(spaced(value))],
  ['with spaces and unescaped Unicode', spaced],
  ['compactly in ASCII', (value) => escapeNonAscii(JSON.stringify(value))],
  ['compactly with < > & escaped', (value) => escapeHtml(JSON.stringify(value))],
  [
    'compactly in ASCII with slashes escaped',
    (value) => escapeSlashes(escapeNonAscii(JSON.stringify(value))),
  ],
  ['with two spaces of indentation', (value) => JSON.stringify(value, null, 2)],
  ['with four spaces of indentation', (value) => JSON.stringify(value, null, 4)],
]

/** `{"a": [1, 2]}`. In indented JSON a real line feed is always layout, since strings hold theirs escaped. */
function spaced(value: unknown): string {
  return JSON.stringify(value, null, 1).replaceAll(/,\n */g, ', ').replaceAll(/\n */g, '')
}

function escapeNonAscii(json: string): string {
  return json.replaceAll(/[\u007f-\uffff]/g, escapeUnit)
}

function escapeHtml(json: string): string {
  return json.replaceAll(/[<>&\u2028\u2029]/g, escapeUnit)
}

function escapeSlashes(json: string): string {
  return json.replaceAll('/', '\\/')
}

function escapeUnit(unit: string): string {
  return `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`
}

/** Undefined for what is no JSON or is too deep. */
function parse(text: string): unknown {
  if (depthOf(text) > DEPTH_MAX) return undefined
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** Brackets in strings are counted too: that only makes this more careful. */
function depthOf(text: string): number {
  let depth = 0
  let deepest = 0
  for (const character of text) {
    if (character === '{' || character === '[') deepest = Math.max(deepest, ++depth)
    else if (character === '}' || character === ']') depth -= 1
  }
  return deepest
}
