import { GROUP_DIGITS, SEQUENCE_DIGITS, SLOTS, TIME_DIGITS } from './event-text.ts'

/** The bytes of one HTTP request, and where in them the digits of each event stand. */
export interface RequestTemplate {
  bytes: Buffer
  /** How many events one request brings. */
  events: number
  sequenceAt: readonly number[]
  timeAt: readonly number[]
  groupAt: readonly number[]
  keyAt: readonly number[]
}

export interface RequestParts {
  path: string
  headers: Readonly<Record<string, string>>
  body: string
}

/** The head is written once, with the length of the body, which no digit changes. */
export function requestText({ path, headers, body }: RequestParts): string {
  const lines = Object.entries({
    host: '127.0.0.1',
    'content-type': 'application/json',
    ...headers,
    'content-length': String(Buffer.byteLength(body)),
  }).map(([name, value]) => `${name}: ${value}\r\n`)
  return `POST ${path} HTTP/1.1\r\n${lines.join('')}\r\n${body}`
}

export function compileTemplate(text: string): RequestTemplate {
  const bytes = Buffer.from(text, 'latin1')
  const sequenceAt = positionsOf(bytes, SLOTS.sequence)
  const timeAt = positionsOf(bytes, SLOTS.time)
  if (sequenceAt.length === 0 || sequenceAt.length !== timeAt.length) {
    throw new Error('A request needs a sequence number and a time for each of its events.')
  }
  return {
    bytes,
    events: sequenceAt.length,
    sequenceAt,
    timeAt,
    groupAt: positionsOf(bytes, SLOTS.group),
    keyAt: positionsOf(bytes, SLOTS.key),
  }
}

/** A template of its own bytes: a socket may still hold those of another connection. */
export function copyTemplate(template: RequestTemplate): RequestTemplate {
  return { ...template, bytes: Buffer.from(template.bytes) }
}

/** Makes the request that brings the events `first`, `first` + 1 …, due at `microseconds`. */
export function fillTemplate(
  template: RequestTemplate,
  first: number,
  microseconds: number,
  groups: number,
): void {
  const { bytes, sequenceAt, timeAt, groupAt, keyAt } = template
  for (const [index, position] of sequenceAt.entries()) {
    writeDigits(bytes, position, SEQUENCE_DIGITS, first + index)
  }
  for (const position of timeAt) writeDigits(bytes, position, TIME_DIGITS, Math.floor(microseconds))
  for (const [index, position] of groupAt.entries()) {
    writeDigits(bytes, position, GROUP_DIGITS, (first + index) % groups)
  }
  for (const position of keyAt) writeDigits(bytes, position, SEQUENCE_DIGITS, first)
}

function positionsOf(bytes: Buffer, slot: string): number[] {
  const positions: number[] = []
  for (let at = bytes.indexOf(slot); at >= 0; at = bytes.indexOf(slot, at + slot.length)) positions.push(at)
  return positions
}

const ZERO = 48

function writeDigits(bytes: Buffer, position: number, digits: number, value: number): void {
  let left = value
  for (let at = position + digits - 1; at >= position; at--) {
    bytes[at] = ZERO + (left % 10)
    left = Math.floor(left / 10)
  }
}
