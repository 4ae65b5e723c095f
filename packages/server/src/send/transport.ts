import type { AttemptReport } from '../core/attempt.ts'

/** One POST to one receiver. */
export interface OutboundRequest {
  /** Whose request it is: organizations share no connection. */
  organizationId: number
  url: string
  /** As they go on the wire, in this order. `host`, `connection` and what frames the body are the transport's to write. */
  headers: Record<string, string>
  body: Buffer
  /** When `headers` were made, milliseconds; becomes the attempt's `startedAt`. */
  startedAt: number
}

/** What a transport found out; the recorded request headers are the caller's business. */
export type OutboundReport = Omit<AttemptReport, 'requestHeaders' | 'requestBody'>

/**
 * Sends one request and tells what came of it. Never rejects: whatever a receiver or the network does is a report
 * with one of the codes of attempt-errors.ts. Injected, so that a simulation can stand in for the network.
 */
export interface Transport {
  send(request: OutboundRequest): Promise<OutboundReport>
  /** Ends kept-alive connections. Safe to call twice. */
  close(): Promise<void>
}
