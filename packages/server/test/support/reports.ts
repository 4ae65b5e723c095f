import { classify, type FailureContext } from '../../src/net/classify.ts'
import { createAnswer } from '../../src/send/answer.ts'
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

/** When it came: `elapsedMs` after the request began, and at `nowMs` on the wall clock. */
export interface Ended {
  elapsedMs: number
  nowMs: number
}

export function reportAnswer(
  request: OutboundRequest,
  { status, headers = {}, body }: ScriptedAnswer,
  { elapsedMs, nowMs }: Ended,
): OutboundReport {
  const answer = createAnswer()
  answer.begin(status, headers, elapsedMs)
  if (body !== undefined) answer.add(body)
  return reportOf({ request, answer, failure: null, elapsedMs, nowMs })
}

/** `error` is what the guard, the system or the deadline gave; no final status had come. */
export function reportFailure(
  request: OutboundRequest,
  error: unknown,
  known: Partial<FailureContext>,
  { elapsedMs, nowMs }: Ended,
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
  return reportOf({ request, answer: createAnswer(), failure, elapsedMs, nowMs })
}

/** As the system reports it. */
export function systemError(code: string): Error {
  return Object.assign(new Error(code), { code })
}
