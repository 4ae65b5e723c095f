import type { Bench } from '../bench.ts'
import type { LatencySummary } from '../load/latencies.ts'

/** A sender that takes events, and what it does with them. */
export interface Target {
  name: string
  port: number
  /** A whole request with slots (load/event-text.ts). */
  request: string
  /** Webhooks that each event is owed to. */
  fanOut: number
  /** Of these, how many never answer. */
  hanging?: number
  /** See `Expected` of load/arrivals.ts. */
  groups?: number
  /** False for what sends no signatures: the generator itself. */
  isSigned?: false
}

/** What came of posting events to a target until the last has arrived. */
export interface Flow {
  accepted: number
  /** From the first arrival to the last, so that what was accepted and waits counts. */
  deliveriesPerSecond: number
  eventsPerSecond: number
  /** From when an event was due to be posted until it arrived, ms. */
  latency: LatencySummary
  /** The same until its request was answered. */
  answers: LatencySummary
  /** Requests that were taken and never answered. */
  hung: number
}

const CONNECTIONS = 64
const CONNECTIONS_BESIDE = 16
/** Nothing arrives for so long: the rest is lost. More than a retry would take is not waited for. */
const STALL_MS = 10_000

/** What a server does first it does slowly; that is not what is asked. */
export async function warmUp(bench: Bench, target: Target): Promise<void> {
  const { warmUpSeconds, warmUpDeliveriesMax } = bench.scale
  if (warmUpSeconds > 0) await drive(bench, target, warmUpSeconds, warmUpDeliveriesMax / target.fanOut, null)
}

/** As fast as the connections are answered. */
export async function driveClosedLoop(bench: Bench, target: Target): Promise<Flow> {
  const { loadSeconds, deliveriesMax } = bench.scale
  return drive(bench, target, loadSeconds, deliveriesMax / target.fanOut, null)
}

/** So many events a second, whatever becomes of them. */
export async function driveSteadily(
  bench: Bench,
  target: Target,
  { seconds, rate }: { seconds: number; rate: number },
): Promise<Flow> {
  return drive(bench, target, seconds, Infinity, rate)
}

/**
 * Posts beside what is measured, for as long. Its events are numbered before those, so that the ones that arrive are taken for
 * left over and counted nowhere.
 */
export async function driveBeside(
  { tools, checks }: Bench,
  { name, port, request, groups = 1 }: Target,
  { seconds, rate }: { seconds: number; rate: number },
): Promise<void> {
  const first = tools.nextEvent
  const eventsMax = Math.ceil(seconds * rate)
  tools.nextEvent += eventsMax
  const connections = CONNECTIONS_BESIDE
  const posted = await tools.generator.call('load', {
    port,
    request,
    groups,
    first,
    connections,
    seconds,
    eventsMax,
    rate,
  })
  if (posted.refused > 0) checks.fault(name, `${posted.refused} events were refused: ${posted.reason ?? ''}`)
}

async function drive(
  { tools, checks }: Bench,
  target: Target,
  seconds: number,
  eventsMax: number,
  rate: number | null,
): Promise<Flow> {
  const { name, port, request, fanOut, hanging = 0, groups = 1, isSigned = true } = target
  const first = tools.nextEvent
  await tools.sink.call('watch', { fanOut, groups, first, continues: false })
  const posted = await tools.generator.call('load', {
    port,
    request,
    groups,
    first,
    connections: CONNECTIONS,
    seconds,
    eventsMax: Math.min(eventsMax, Number.MAX_SAFE_INTEGER),
    rate,
  })
  tools.nextEvent = posted.next

  const receivers = fanOut - hanging
  const unique = posted.accepted * receivers
  const arrivals = await tools.sink.call('settled', { unique, stallMs: STALL_MS })
  checks.flow(name, { ...posted, receivers, isSigned }, arrivals)
  const spanSeconds = (arrivals.lastAt - arrivals.firstAt) / 1e6
  return {
    accepted: posted.accepted,
    deliveriesPerSecond: arrivals.unique / spanSeconds,
    eventsPerSecond: posted.accepted / spanSeconds,
    latency: arrivals.latency,
    answers: posted.answers,
    hung: arrivals.hung,
  }
}
