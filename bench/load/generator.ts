// The callers: one process that posts events over kept-alive connections. Requests are made once and only digits are
// written into them, so that it is never what is measured.
import { serveCalls } from '../lib/remote.ts'
import { sharedMicroseconds } from '../lib/shared-clock.ts'
import { openClient, type Client, type RequestOutcome } from './client.ts'
import { createLatencies, type LatencySummary } from './latencies.ts'
import { compileTemplate } from './request-template.ts'

export interface Load {
  port: number
  /** A whole request with slots (event-text.ts). */
  request: string
  groups: number
  /** Number of the first event. */
  first: number
  connections: number
  seconds: number
  /** Nothing is posted beyond it, even when time is left. */
  eventsMax: number
  /**
   * Requests a second, each at its own time whatever became of the others (an open loop); null for as fast as the
   * connections are answered (a closed loop).
   */
  rate: number | null
}

export interface LoadReport {
  accepted: number
  refused: number
  /** Of the first refusal. */
  reason: string | null
  /** Number of the event after the last. */
  next: number
  /** From the first request to the last answer. */
  seconds: number
  /** From when a request was due to its answer. */
  answers: LatencySummary
}

export type GeneratorCalls = {
  load(load: Load): Promise<LoadReport>
}

serveCalls({ load: runLoad } satisfies GeneratorCalls)

/** The finest wait that Node's timers know. */
const TICK_MS = 1
/** How long after the last post answers are waited for. */
const ANSWER_SECONDS_MAX = 60

async function runLoad(load: Load): Promise<LoadReport> {
  const template = compileTemplate(load.request)
  const requestsMax = Math.ceil(load.eventsMax / template.events)
  const answers = createLatencies()
  const report = { accepted: 0, refused: 0, reason: null as string | null, next: load.first }
  let posted = 0
  let answered = 0
  let lastAnswerAt = 0
  let isLost = false
  /** Does what can be done now. Set when the load starts. */
  let turn = (): void => undefined

  function onAnswer({ dueAt, accepted, refused, reason }: RequestOutcome, client: Client): void {
    lastAnswerAt = sharedMicroseconds()
    answers.add(lastAnswerAt - dueAt)
    report.accepted += accepted
    report.refused += refused
    report.reason ??= reason
    answered += 1
    free.push(client)
    turn()
  }
  function onLost(reason: string): void {
    report.reason ??= reason
    isLost = true
    turn()
  }
  const { port, groups } = load
  const clients = await Promise.all(
    Array.from({ length: load.connections }, () => openClient({ port, template, groups, onAnswer, onLost })),
  )
  const free = [...clients]

  const startedAt = sharedMicroseconds()
  const endsAt = startedAt + load.seconds * 1e6
  const isDue = load.rate === null ? closedLoop(endsAt) : openLoop(startedAt, endsAt, load.rate)

  /** False when nothing will be posted any more. */
  function post(): boolean {
    while (!isLost && posted < requestsMax) {
      const now = sharedMicroseconds()
      const dueAt = isDue(posted, now)
      if (dueAt === null) return false
      // What is due and has no connection is posted late, under the time at which it was due: its wait counts.
      const client = dueAt <= now ? free.pop() : undefined
      if (client === undefined) return true
      client.send(report.next, dueAt)
      report.next += template.events
      posted += 1
    }
    return false
  }

  await new Promise<void>((resolve) => {
    turn = () => {
      const givesUp = isLost || sharedMicroseconds() > endsAt + ANSWER_SECONDS_MAX * 1e6
      if (!givesUp && (post() || answered < posted)) return
      clearInterval(timer)
      resolve()
    }
    const timer = setInterval(() => turn(), TICK_MS)
    turn()
  })
  for (const client of clients) client.close()
  return {
    ...report,
    refused: report.refused + (posted - answered) * template.events,
    seconds: (lastAnswerAt - startedAt) / 1e6,
    answers: answers.summary(),
  }
}

/** When the request of this number is due; null when there is none. May lie in the future. */
type Schedule = (request: number, now: number) => number | null

function closedLoop(endsAt: number): Schedule {
  return (_request, now) => (now < endsAt ? now : null)
}

function openLoop(startedAt: number, endsAt: number, rate: number): Schedule {
  return (request) => {
    const dueAt = startedAt + (request * 1e6) / rate
    return dueAt < endsAt ? dueAt : null
  }
}
