import type { Clock, Timer } from '../core/clock.ts'
import { SECOND_MS } from '../core/time.ts'
import type { MoveProgress } from '../store/work.ts'

/**
 * Moves the deliveries of webhooks that were stopped, started or deleted, slice after slice, until none is left to move.
 *
 *   resting ──kick()──▶ moving ──nothing left──▶ resting          any ──stop()──▶ stopped
 */
export interface Mover {
  /** There may be something to move. */
  kick(): void
  /** Begins no further slice; resolves when the one under way has ended. Safe to call twice. */
  stop(): Promise<void>
}

export interface MoverParts {
  move: () => Promise<MoveProgress | null>
  clock: Pick<Clock, 'after'>
  /** A slice was moved: some of the webhook's deliveries may be due. */
  onMoved: (progress: MoveProgress) => void
  onError: (error: unknown, doing: string) => void
}

/** Between two slices, so that they leave the store to others for most of the time. */
export const MOVE_REST_MS = 20
/** After a slice that failed. */
export const MOVE_RETRY_MS = SECOND_MS

export function createMover({ move, clock, onMoved, onError }: MoverParts): Mover {
  let state: 'resting' | 'moving' | 'stopped' = 'resting'
  let kicks = 0
  let timer: Timer | null = null
  let slice: Promise<void> = Promise.resolve()

  function next(waitMs: number): void {
    timer = clock.after(waitMs, begin)
  }

  function begin(): void {
    slice = moveSlice()
  }

  async function moveSlice(): Promise<void> {
    const kicksBefore = kicks
    const outcome = await tryToMove()
    if (state === 'stopped') return
    // A kick during a slice may tell of something that it came too late to find.
    if (outcome === 'nothing' && kicks === kicksBefore) state = 'resting'
    else next(outcome === 'failed' ? MOVE_RETRY_MS : MOVE_REST_MS)
  }

  async function tryToMove(): Promise<'moved' | 'nothing' | 'failed'> {
    try {
      const progress = await move()
      if (progress === null) return 'nothing'
      onMoved(progress)
      return 'moved'
    } catch (error) {
      onError(error, 'moving the deliveries of a changed webhook')
      return 'failed'
    }
  }

  return {
    kick() {
      kicks += 1
      if (state !== 'resting') return
      state = 'moving'
      begin()
    },
    stop() {
      state = 'stopped'
      timer?.cancel()
      return slice
    },
  }
}
