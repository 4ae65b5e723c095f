import { classify, type FailureContext } from '../../src/net/classify.ts'
import { RECEIVER } from '../../src/send/receiver.ts'
import { reportOf } from '../../src/send/report.ts'
import type { OutboundReport, OutboundRequest } from '../../src/send/transport.ts'

/**
 * What a transport reports, for tests that stand in for the network. The functions of send/ decide what an answer or an
 * error means, so that no test tells that a second time.
 */

export interface ScriptedAnswer {
  status: number
  headers?: Readonly<Record<string, string>>
  body?: Buffer
}

/**
 * When it came: `elapsedMs` after the request began, and at `nowMs` on the wall clock. `sends`: how many times the request
 * was written, once unless said otherwise.
 */
export interface Ended {
  elapsedMs: number
  nowMs: number
  sends?: number
}

export function reportAnswer(
  request: OutboundRequest,
  { status, headers = {}, body }: ScriptedAnswer,
  { elapsedMs, nowMs, sends = 1 }: Ended,
): OutboundReport {
  const answer = { status, headers: { ...headers }, fault: null, body: () => body ?? Buffer.alloc(0) }
  const { startedAt } = request
  return reportOf({ startedAt, answer, failure: null, sends, durationMs: elapsedMs, nowMs })
}

/** `error` is what the guard, the system or the deadline gave; no final status had come. */
export function reportFailure(
  request: OutboundRequest,
  error: unknown,
  known: Partial<FailureContext>,
  { elapsedMs, nowMs, sends }: Ended,
): OutboundReport {
  const failure = classify(error, {
    ...RECEIVER,
    host: new URL(request.url).host,
    stage: 'sent',
    address: null,
    connectMs: null,
    deadlineMs: 30_000,
    ...known,
  })
  return reportOf({
    startedAt: request.startedAt,
    answer: null,
    failure,
    sends: sends ?? ((known.stage ?? 'sent') === 'sent' ? 1 : 0),
    durationMs: elapsedMs,
    nowMs,
  })
}

/** As the system reports it. */
export function systemError(code: string): Error {
  return Object.assign(new Error(code), { code })
}
