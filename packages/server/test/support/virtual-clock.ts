import type { Clock } from '../../src/core/clock.ts'
import type { Random } from '../../src/core/random.ts'

/** Time that passes only when a test says so. */
export interface VirtualClock extends Clock {
  /** Runs what is due up to `ms` later, in order, letting promises settle between the timers. */
  advance(ms: number): Promise<void>
  /** Lets promises settle; no time passes. */
  settle(): Promise<void>
  /** Sets the wall clock by so much, as an operator or a time server does; timers do not notice. */
  step(byMs: number): void
}

/** 2025-01-01T00:00:00Z */
export const START_MS = 1_735_689_600_000

export function createVirtualClock(startMs = START_MS): VirtualClock {
  const timers = createTimerHeap()
  let elapsedMs = 0
  let steppedMs = 0

  // One turn is enough: the queue of microtasks is run empty before the next immediate, however long its chains are.
  const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

  return {
    now: () => startMs + steppedMs + elapsedMs,
    monotonic: () => elapsedMs,
    after: (delayMs, action) => timers.add(elapsedMs + Math.max(0, delayMs), action),
    settle,
    step(byMs) {
      steppedMs += byMs
    },
    async advance(ms) {
      const until = elapsedMs + ms
      await settle()
      for (let timer = timers.takeDue(until); timer !== null; timer = timers.takeDue(until)) {
        elapsedMs = Math.max(elapsedMs, timer.at)
        timer.action()
        await settle()
      }
      elapsedMs = until
    },
  }
}

interface HeapTimer {
  at: number
  /** Timers of the same moment go in the order in which they were set. */
  order: number
  action: () => void
  cancelled: boolean
}

/** A binary min-heap. A cancelled timer stays until its turn, since finding it would cost more. */
function createTimerHeap() {
  const heap: HeapTimer[] = []
  let order = 0

  function isBefore(left: HeapTimer | undefined, right: HeapTimer | undefined): boolean {
    if (left === undefined || right === undefined) return left !== undefined
    return left.at === right.at ? left.order < right.order : left.at < right.at
  }

  function rise(timer: HeapTimer): void {
    let index = heap.length
    while (index > 0) {
      const parent = (index - 1) >> 1
      if (!isBefore(timer, heap[parent])) break
      heap[index] = heap[parent]!
      index = parent
    }
    heap[index] = timer
  }

  function sink(timer: HeapTimer): void {
    let index = 0
    for (;;) {
      const left = 2 * index + 1
      const least = isBefore(heap[left + 1], heap[left]) ? left + 1 : left
      if (!isBefore(heap[least], timer)) break
      heap[index] = heap[least]!
      index = least
    }
    heap[index] = timer
  }

  function takeFirst(): HeapTimer | undefined {
    const first = heap[0]
    const last = heap.pop()
    if (last !== undefined && heap.length > 0) sink(last)
    return first
  }

  return {
    add(at: number, action: () => void) {
      const timer: HeapTimer = { at, order: order++, action, cancelled: false }
      rise(timer)
      return {
        cancel() {
          timer.cancelled = true
        },
      }
    },
    /** Removes and returns the first one that is due at `until`; null when none is. */
    takeDue(until: number): HeapTimer | null {
      while (heap[0] !== undefined && heap[0].at <= until) {
        const timer = takeFirst()
        if (timer?.cancelled === false) return timer
      }
      return null
    },
  }
}

/** A small seeded generator (mulberry32), so that a failing run can be repeated. */
export function createSeededRandom(seed: number): Random {
  let state = seed >>> 0
  const fraction = (): number => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
  return {
    fraction,
    bytes: (length) => Buffer.from(Array.from({ length }, () => Math.floor(fraction() * 256))),
  }
}
