import { SEQUENCE_DIGITS, SEQUENCE_MARK, TIME_DIGITS, TIME_MARK } from './event-text.ts'

/** One webhook request, as far as the sink needs to know it. */
export interface WebhookRequest {
  /** Of `/e/N` and `/h/N`: which webhook it is for. */
  webhook: number
  /** `/h/N`: a receiver that takes the request and never answers. */
  hangs: boolean
  /** Of the event; -1 when the body has none. */
  sequence: number
  /** When the event was due, on the shared clock. */
  microseconds: number
  bodyAt: number
  /** Where the next request begins. */
  end: number
}

const HEAD_END = Buffer.from('\r\n\r\n')
const SEQUENCE = Buffer.from(SEQUENCE_MARK)
const CONTENT_LENGTH = /\r\ncontent-length: *(\d+)\r\n/i
const WEBHOOK_AT = 'POST /e/'.length
const KIND_AT = 'POST /'.length
const HANGS = 'h'.charCodeAt(0)
const ZERO = '0'.charCodeAt(0)

/**
 * Reads the request that begins at `at`: as much of HTTP/1.1 as the senders under measurement write, namely POST with
 * a content-length. Null when the rest has yet to come. Throws when it is anything else.
 */
export function readRequest(bytes: Buffer, at: number): WebhookRequest | null {
  const headEnd = bytes.indexOf(HEAD_END, at)
  if (headEnd < 0) return null
  const head = bytes.toString('latin1', at, headEnd + 2)
  const length = CONTENT_LENGTH.exec(head)?.[1]
  if (length === undefined || !/^POST \/[eh]\/\d/.test(head)) {
    throw new Error(`The sink cannot read this request: ${head.slice(0, 200)}`)
  }
  const bodyAt = headEnd + HEAD_END.length
  const end = bodyAt + Number(length)
  if (end > bytes.length) return null

  const markAt = bytes.indexOf(SEQUENCE, bodyAt)
  const isMarked = markAt >= 0 && markAt < end
  const sequenceAt = markAt + SEQUENCE.length
  return {
    webhook: digitsAt(bytes, at + WEBHOOK_AT, SEQUENCE_DIGITS),
    hangs: bytes[at + KIND_AT] === HANGS,
    sequence: isMarked ? digitsAt(bytes, sequenceAt, SEQUENCE_DIGITS) : -1,
    microseconds: isMarked
      ? digitsAt(bytes, sequenceAt + SEQUENCE_DIGITS + TIME_MARK.length, TIME_DIGITS)
      : 0,
    bodyAt,
    end,
  }
}

function digitsAt(bytes: Buffer, at: number, digitsMax: number): number {
  let value = 0
  for (let index = at; index < at + digitsMax; index++) {
    const digit = (bytes[index] ?? 0) - ZERO
    if (digit < 0 || digit > 9) break
    value = value * 10 + digit
  }
  return value
}
