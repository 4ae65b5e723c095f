import type { IncomingHttpHeaders } from 'node:http'
import { LIMITS } from '../core/limits.ts'

/** What is kept of an answer for the log, within bounds. */
export interface Answer {
  /** The final status, once it has come. */
  readonly status: number | null
  /** Milliseconds from the start of the exchange to the final status: how long the receiver took to acknowledge. */
  readonly statusMs: number | null
  readonly headers: Record<string, string> | null
  begin(status: number, headers: IncomingHttpHeaders, statusMs: number): void
  /** False when the body has more bytes than are worth reading. */
  add(chunk: Buffer): boolean
  /** The first `LIMITS.responseBytesKept` bytes as they came, still encoded; null before a final status. */
  body(): Buffer | null
}

export function createAnswer(): Answer {
  let kept: Buffer[] = []
  let keptBytes = 0
  let bytes = 0
  const answer = {
    status: null as number | null,
    statusMs: null as number | null,
    headers: null as Record<string, string> | null,

    begin(status: number, headers: IncomingHttpHeaders, statusMs: number): void {
      answer.status = status
      answer.statusMs = statusMs
      answer.headers = plainHeaders(headers)
    },

    add(chunk: Buffer): boolean {
      bytes += chunk.length
      const room = LIMITS.responseBytesKept - keptBytes
      if (room > 0) {
        const part = chunk.subarray(0, room)
        kept.push(part)
        keptBytes += part.length
      }
      return bytes <= LIMITS.responseBytesMax
    },

    body(): Buffer | null {
      if (answer.status === null) return null
      // Copied, because the chunks are windows on the socket's far larger buffers.
      const whole = Buffer.concat(kept)
      kept = []
      return whole
    },
  }
  return answer
}

/** Names in lower case, repeated headers joined; a Map's worth of safety against names such as `__proto__`. */
function plainHeaders(headers: IncomingHttpHeaders): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [
      name,
      Array.isArray(value) ? value.join(', ') : (value ?? ''),
    ]),
  )
}
