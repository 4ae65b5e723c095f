import { isoTime } from '../core/time.ts'
import { dialectOf } from './event-types.ts'

/**
 * The bytes that every attempt to every webhook will send, in the dialect of the type.
 *
 * @param type any type of the catalogue, or an organization's own
 * @param timestampMs when it happened
 * @param content what the body says, in the wire's own field names and order
 */
export function renderBody(type: string, timestampMs: number, content: Record<string, unknown>): Buffer {
  return Buffer.from(JSON.stringify(bodyOf(type, isoTime(timestampMs), content)))
}

function bodyOf(type: string, timestamp: string, content: Record<string, unknown>): Record<string, unknown> {
  switch (dialectOf(type)) {
    case 'validibot':
      return { event: type, timestamp, ...content }
    case 'validgraph':
    case 'both':
      return { event: type, timestamp, data: content }
    case 'standard':
      return { type, timestamp, data: content }
  }
}

/** The bytes of an organization's own event; `dataText` is JSON and goes in as its caller wrote it. */
export function renderCustomBody(type: string, timestampMs: number, dataText: string): Buffer {
  return Buffer.from(
    `{"type":${JSON.stringify(type)},"timestamp":"${isoTime(timestampMs)}","data":${dataText}}`,
  )
}
