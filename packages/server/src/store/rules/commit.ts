import type { AttemptReport } from '../../core/attempt.ts'
import type { Event } from '../../core/event.ts'
import type {
  AcceptOutcome,
  AcceptUnit,
  ClaimOutcome,
  Decisions,
  LaneClaim,
  LeaseRelease,
  ResultOutcome,
  WorkBatch,
  WorkOutcome,
} from '../work.ts'
import { acceptUnit } from './accept.ts'
import type { AcceptBounds, AcceptPort } from './accept.ts'
import { acceptTold, decideTelling, firstTellAt } from './announce.ts'
import type { AnnouncePort, DecidedTelling } from './announce.ts'
import type { RunPart } from './parts.ts'
import { wholeStep, type StepRoom } from './room.ts'
import { settleResult } from './settle.ts'
import type { SettlePort } from './settle.ts'

/** What a commit reads and writes of an engine whose answers are synchronous. */
export interface CommitPort extends AnnouncePort {
  bounds: CommitBounds
  settlePort: SettlePort
  releaseLease(release: LeaseRelease): void
  claimDue(claim: LaneClaim, now: number): ClaimOutcome
}

export interface CommitBounds extends AcceptBounds {
  /** `LIMITS.stepRowsMax` */
  stepRowsMax: number
}

type Room = StepRoom & AcceptBounds

/** A result writes its delivery, its attempt, and mostly its webhook's counters. */
export const ROWS_PER_RESULT = 3
/** What is kept of a commit for claims, so that work that waits in the store starts however much is accepted. */
const CLAIMS_SHARE = 1 / 4

/**
 * A batch inside the engine's transaction, as much of each kind as one step may do: what is missing at the end of
 * `accepts`, `results` and `claims` was not begun. At least one thing is done, whatever it takes.
 */
export function commitBatch(
  port: CommitPort,
  batch: WorkBatch,
  decisions: Decisions,
  runPart: RunPart,
): WorkOutcome {
  const { now, releases } = batch
  const { deliveriesAtOnceMax, stepRowsMax } = port.bounds
  const room: Room = { ...wholeStep(stepRowsMax), deliveriesAtOnceMax }
  room.rows -= releases.length
  const accepts = acceptUnits(port.openAcceptPort(), batch, decisions, runPart, room)
  const isFirst = accepts.length === 0
  const settled = settleResults(port, batch, decisions, runPart, room, isFirst)
  // Results have changed webhooks: who hears of it is read anew.
  const telling = port.openAcceptPort()
  const announced = settled.told.flatMap((one) =>
    acceptTold(port, telling, one, decisions, now, runPart, room),
  )
  for (const [webhookId, count] of room.passedOver) telling.countFilteredOut(webhookId, count, now)
  for (const release of releases) port.releaseLease(release)
  const claims = claimAll(port, batch, room, isFirst && settled.results.length === 0)
  return { accepts, results: settled.results, claims, announced, tellAt: firstTellAt(settled.told) }
}

/** Leaves room for the results, which come after, and for some of the claims. */
function acceptUnits(
  port: AcceptPort,
  { accepts, results, claims, now }: WorkBatch,
  decisions: Decisions,
  runPart: RunPart,
  room: Room,
): AcceptOutcome[] {
  const outcomes: AcceptOutcome[] = []
  const reserved = results.length * ROWS_PER_RESULT
  const forOthers = claims.length === 0 ? 0 : Math.floor(room.rows * CLAIMS_SHARE)
  room.rows -= reserved
  for (const unit of accepts) {
    const isFirst = outcomes.length === 0
    const kept = isFirst ? 0 : forOthers
    room.rows -= kept
    const outcome = takeUnit(port, unit, decisions, now, runPart, room, isFirst)
    room.rows += kept
    if (outcome === null) break
    outcomes.push(outcome)
  }
  room.rows += reserved
  return outcomes
}

function takeUnit(
  port: AcceptPort,
  unit: AcceptUnit,
  decisions: Decisions,
  now: number,
  runPart: RunPart,
  room: Room,
  mustFit: boolean,
): AcceptOutcome | null {
  const bytes = bytesOfUnit(unit)
  if (bytes > room.bytes && !mustFit) return null
  const outcome = acceptUnit(port, unit, decisions, now, runPart, room, mustFit)
  if (outcome !== null) room.bytes -= bytes
  return outcome
}

interface Settled {
  results: ResultOutcome[]
  /** What to tell the organizations of their webhooks. */
  told: DecidedTelling[]
}

function settleResults(
  port: CommitPort,
  { results, now }: WorkBatch,
  decisions: Decisions,
  runPart: RunPart,
  room: Room,
  isFirst: boolean,
): Settled {
  const settled: Settled = { results: [], told: [] }
  const counting = createCounting(port.openAcceptPort())
  for (const result of results) {
    const spent = room.rows < ROWS_PER_RESULT || room.bytes <= 0 || room.matches <= 0
    if (spent && !(isFirst && settled.results.length === 0)) break
    const { outcome, webhookBefore } = settleResult(port.settlePort, result, decisions, now, runPart)
    settled.results.push(outcome)
    room.rows -= ROWS_PER_RESULT
    room.bytes -= bytesOfReport(result.report)
    if (outcome.stale || webhookBefore === null) continue
    const turned = { before: webhookBefore, carried: [result.eventType ?? ''] }
    const one = decideTelling(port, turned, settled.told, decisions, now, runPart)
    settled.told.push(one)
    if (one.events.length > 0) counting.makeRoomFor(one.events, room)
  }
  return settled
}

/** Whoever hears of it must be found in this very commit: the more there are, the fewer results follow. */
function createCounting(port: AcceptPort) {
  const known = new Map<string, number>()
  return {
    makeRoomFor(events: readonly Event[], room: Room): void {
      for (const event of events) {
        const type = `${event.organizationId} ${event.type}`
        let subscribers = known.get(type)
        if (subscribers === undefined) {
          subscribers = port.candidates(event, Number.MAX_SAFE_INTEGER).length
          known.set(type, subscribers)
          // They are read here, and once more when all results are settled.
          room.rows -= 2 * subscribers
        }
        // The event, and its fan-out.
        room.rows -= 2
        room.matches -= subscribers
      }
    },
  }
}

function claimAll(
  port: CommitPort,
  { claims, now }: WorkBatch,
  room: Room,
  isFirst: boolean,
): ClaimOutcome[] {
  const outcomes: ClaimOutcome[] = []
  for (const claim of claims) {
    const spent = room.rows <= 0 || room.bytes <= 0
    if (spent && !(isFirst && outcomes.length === 0)) break
    const limit = Math.min(claim.limit, Math.max(1, room.rows))
    const bytesMax = Math.min(claim.bytesMax, Math.max(1, room.bytes))
    const outcome = port.claimDue({ ...claim, limit, bytesMax }, now)
    outcomes.push(outcome)
    room.rows -= Math.max(1, outcome.leased.length)
    room.bytes -= outcome.leased.reduce((sum, { event }) => sum + event.body.length, 0)
  }
  return outcomes
}

/** What a unit brings to be stored. */
export function bytesOfUnit({ events, submission, claim }: AcceptUnit): number {
  const own = (submission?.length ?? 0) + (claim?.resourceId.length ?? 0)
  return events.reduce((sum, { body }) => sum + body.length, own)
}

export function bytesOfReport({
  requestBody,
  responseBody,
}: Pick<AttemptReport, 'requestBody' | 'responseBody'>): number {
  return (requestBody?.length ?? 0) + (responseBody?.length ?? 0)
}
