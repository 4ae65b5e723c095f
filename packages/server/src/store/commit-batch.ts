import { LIMITS } from '../core/limits.ts'
import { bytesOfReport, bytesOfUnit, ROWS_PER_RESULT } from './rules/commit.ts'
import { createWaitingLine, type Waiting, type WaitingLine } from './waiting-line.ts'
import type {
  AcceptOutcome,
  AcceptUnit,
  AttemptResult,
  ClaimOutcome,
  LaneClaim,
  LeaseRelease,
  ResultOutcome,
} from './work.ts'

/** What waits for the next commit. Rows and bytes are those of the whole line. */
export interface Queue {
  accepts: WaitingLine<AcceptUnit, AcceptOutcome>
  results: WaitingLine<AttemptResult, ResultOutcome>
  claims: WaitingLine<LaneClaim, ClaimOutcome>
  releases: WaitingLine<LeaseRelease[], void>
  /** A unit found too little room beside the others: it goes before them next time. */
  acceptsFirst: boolean
}

/** What one commit is made of. */
export interface Batch {
  accepts: Waiting<AcceptUnit, AcceptOutcome>[]
  results: Waiting<AttemptResult, ResultOutcome>[]
  claims: Waiting<LaneClaim, ClaimOutcome>[]
  releases: Waiting<LeaseRelease[], void>[]
}

export interface BatchBounds {
  rowsMax: number
  bytesMax: number
}

/** What results and given-back leases may have of a commit while units wait beside them. */
const RESULTS_SHARE = 1 / 2
const RELEASES_SHARE = 1 / 4

export function createQueue(): Queue {
  return {
    accepts: createWaitingLine({ rowsOf, bytesOf: bytesOfUnit, ownerOf }),
    results: createWaitingLine({
      rowsOf: () => ROWS_PER_RESULT,
      bytesOf: ({ report }) => bytesOfReport(report),
    }),
    claims: createWaitingLine(),
    releases: createWaitingLine({ rowsOf: (leases) => leases.length }),
    acceptsFirst: false,
  }
}

export function rowsWaiting({ accepts, results, claims, releases }: Queue): number {
  return accepts.rows + results.rows + claims.rows + releases.rows
}

/**
 * Of each kind what fits into one step beside the others. Claims weigh what they find, which only the commit knows: it
 * leaves over what does not fit.
 */
export function takeBatch(queue: Queue, { rowsMax, bytesMax }: BatchBounds): Batch {
  const room = { rows: rowsMax, bytes: bytesMax }
  const releases = take(queue.releases, room, Math.floor(rowsMax * RELEASES_SHARE), true)
  const bothWait = queue.accepts.length > 0
  const share = bothWait ? Math.floor(rowsMax * RESULTS_SHARE) : rowsMax
  if (queue.acceptsFirst) {
    const accepts = take(queue.accepts, room, rowsMax, true)
    queue.acceptsFirst = false
    const results = take(queue.results, room, share, false)
    return { accepts, results, claims: takeClaims(queue), releases }
  }
  const results = take(queue.results, room, share, true)
  const accepts = take(queue.accepts, room, rowsMax, results.length + releases.length === 0)
  queue.acceptsFirst = accepts.length === 0 && queue.accepts.length > 0
  return { accepts, results, claims: takeClaims(queue), releases }
}

function take<Item, Outcome>(
  line: WaitingLine<Item, Outcome>,
  room: { rows: number; bytes: number },
  rowsMax: number,
  oneAtLeast: boolean,
): Waiting<Item, Outcome>[] {
  const { rows, bytes } = line
  const taken = line.take(Math.max(0, Math.min(room.rows, rowsMax)), Math.max(0, room.bytes), oneAtLeast)
  room.rows -= rows - line.rows
  room.bytes -= bytes - line.bytes
  return taken
}

function takeClaims({ claims }: Queue): Batch['claims'] {
  return claims.take(LIMITS.commitRowsMax, Number.POSITIVE_INFINITY, true)
}

export function takeAll<Item, Outcome>(line: WaitingLine<Item, Outcome>): Waiting<Item, Outcome>[] {
  return line.take(Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY, false)
}

/**
 * Whether one more unit may wait. Of what is free an organization may have several times as much as it leaves to the
 * others, so that the next one finds room however much the first hands in.
 */
export function hasRoomFor(accepts: Queue['accepts'], unit: AcceptUnit): boolean {
  const { rows, bytes } = accepts
  const own = accepts.weightOf(ownerOf(unit))
  const { commitQueueMax, commitQueueBytesMax, commitQueueOwnToFreeMax } = LIMITS
  return (
    own.rows < commitQueueOwnToFreeMax * (commitQueueMax - rows) &&
    own.bytes < commitQueueOwnToFreeMax * (commitQueueBytesMax - bytes)
  )
}

/** A unit weighs as many rows as it brings events; one without any ends a run. What follows from them the commit weighs. */
function rowsOf(unit: AcceptUnit): number {
  return Math.max(1, unit.events.length)
}

function ownerOf({ events, run, claim }: AcceptUnit): number {
  return events[0]?.organizationId ?? run?.organizationId ?? claim?.organizationId ?? 0
}
