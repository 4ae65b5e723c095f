import { Problem } from '../../core/errors.ts'
import { LIMITS } from '../../core/limits.ts'
import type { WaitingMove, Webhook, WebhookChange } from '../../core/webhook.ts'
import { movedBy } from './waiting.ts'
import type { Moved, Waiting } from './waiting.ts'

/** A move of one webhook that waits to be made, or is under way. `Place` orders deliveries by their birth. */
export interface QueuedMove<Place> {
  move: WaitingMove
  /** Deliveries born later are not touched. */
  lastPlace: Place
  movedAt: number
  /** Whether the webhook was live before the change that asked for it. */
  wasLive: boolean
}

export interface PlacedDelivery<Place> extends Waiting {
  place: Place
}

/** The moves of one webhook, and what making them reads and writes of an engine whose answers are synchronous. */
export interface MovePort<Place, Queued extends QueuedMove<Place>> {
  /** In the order they were asked for. */
  queued(): readonly Queued[]
  /** Queues a move of what the webhook has been owed so far. */
  queue(move: WaitingMove, wasLive: boolean, now: number): void
  /** Whether all that it is about has been born: a move waits for the deliveries of earlier events that follow in slices. */
  isRipe(queued: Queued): boolean
  done(queued: Queued): void
  /** The next deliveries that the move may be about, others among them, at most `limit`; null when none is left. */
  read(queued: Queued, limit: number): PlacedDelivery<Place>[] | null
  save(row: PlacedDelivery<Place>, moved: Moved): void
  /** The first of a line that has not ended. */
  firstOfLine(orderKey: string): Place | null
  /** Makes the first of a line due, if it waits for its turn. */
  unblock(orderKey: string, now: number): void
}

/** Asks for moves and begins to make them; what is left then is a matter of further slices. */
export function startMoves<Place, Queued extends QueuedMove<Place>>(
  port: MovePort<Place, Queued>,
  moves: readonly WaitingMove[],
  wasLive: boolean,
  now: number,
  rowsMax: number,
): void {
  for (const move of moves) {
    if (!stops(move) && port.queued().length >= LIMITS.movesWaitingMax) {
      throw new Problem(
        'overloaded',
        'Earlier changes of this webhook are still being made. Try again in a moment.',
      )
    }
    port.queue(move, wasLive, now)
  }
  if (moves.length > 0) makeSlice(port, rowsMax)
}

/** Whoever wants a webhook stopped must not be told to wait. It can be asked only of one that was started before. */
function stops(move: WaitingMove): boolean {
  return move === 'hold' || move === 'cancel'
}

/** One slice of a webhook's moves: several of them, when they are small. */
export function makeSlice<Place, Queued extends QueuedMove<Place>>(
  port: MovePort<Place, Queued>,
  rowsMax: number,
): void {
  let left = rowsMax
  for (const queued of [...port.queued()]) {
    if (!port.isRipe(queued)) return
    for (let rows = port.read(queued, left); rows !== null; rows = port.read(queued, left)) {
      makeMove(port, queued, rows)
      left -= rows.length
      if (left <= 0) return
    }
    port.done(queued)
  }
}

function makeMove<Place, Queued extends QueuedMove<Place>>(
  port: MovePort<Place, Queued>,
  { move, lastPlace, movedAt }: Queued,
  rows: readonly PlacedDelivery<Place>[],
): void {
  /** Moving held deliveries into a line does not change who is the first of it, so it is asked once. */
  const firsts = new Map<string, Place | null>()
  const shortened = new Set<string>()

  function isFirstOfLine({ orderKey, place }: PlacedDelivery<Place>): boolean {
    if (orderKey === null) return true
    const first = firsts.get(orderKey) ?? port.firstOfLine(orderKey)
    firsts.set(orderKey, first)
    return first === place
  }

  for (const row of rows) {
    if (row.place > lastPlace) continue
    const moved = movedBy(move, row, () => isFirstOfLine(row), movedAt)
    if (moved === null) continue
    port.save(row, moved)
    const leaves = row.endedAt === null && (moved.endedAt !== null || moved.orderKey === null)
    if (leaves && row.orderKey !== null) shortened.add(row.orderKey)
  }
  for (const orderKey of shortened) port.unblock(orderKey, movedAt)
}

/** The webhook whose turn it is after `last`, so that one with millions of deliveries does not keep the others waiting. */
export function nextInTurn<Key>(webhooks: readonly Key[], last: Key | null): Key | null {
  const index = last === null ? -1 : webhooks.indexOf(last)
  return webhooks[(index + 1) % webhooks.length] ?? null
}

/** Asks what becomes of a webhook and counts the writing of it. */
export function decideChange(before: Webhook, decide: (webhook: Webhook) => WebhookChange): WebhookChange {
  const { webhook, waiting } = decide(before)
  return { webhook: webhook === before ? before : { ...webhook, revision: before.revision + 1 }, waiting }
}
