import type { Clock, Timer } from '../core/clock.ts'
import { SECOND_MS } from '../core/time.ts'

/**
 * Does work that is too much for one step of the event loop, slice after slice, until none is left: moves the deliveries
 * of webhooks that were stopped, started or deleted, and makes those that follow the commit of their events. Each slice is
 * stored whole or not at all, and the store knows what is left; so it goes on after a crash where it was.
 *
 *   resting ──kick()──▶ moving ──nothing left──▶ resting          any ──stop()──▶ stopped
 */
export interface Mover {
  /** There may be something to do. */
  kick(): void
  /** Begins no further slice; resolves when the one under way has ended. Safe to call twice. */
  stop(): Promise<void>
}

export interface MoverParts<Progress> {
  /** Does the next slice; null when none is left. */
  move: () => Promise<Progress | null>
  clock: Pick<Clock, 'after'>
  /** A slice is done: some deliveries may be due. */
  onMoved: (progress: Progress) => void
  /** What it does, for the log. */
  doing: string
  onError: (error: unknown, doing: string) => void
}

/** Between two slices, so that they leave the store to others for most of the time. */
export const MOVE_REST_MS = 20
/** After a slice that failed. */
export const MOVE_RETRY_MS = SECOND_MS

export function createMover<Progress>({ move, clock, onMoved, onError, doing }: MoverParts<Progress>): Mover {
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
      onError(error, doing)
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
