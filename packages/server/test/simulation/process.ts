import type { Clock, Timer } from '../../src/core/clock.ts'
import { createWatchfulClock, type WatchfulClock } from '../../src/core/watchful-clock.ts'

/**
 * A process that can die or stand still at any moment. Whatever reaches the code in it (a timer, an answer of the store
 * or of a receiver) comes through its gate:
 *
 *   running ──freeze()──▶ frozen ──thaw()──▶ running      what came while it was frozen comes then, in order
 *      └────────kill()──────┴──▶ dead                     nothing comes any more
 */
export interface SimulatedProcess {
  readonly name: string
  readonly state: 'running' | 'frozen' | 'dead'
  /** Time as this process knows it. */
  readonly clock: WatchfulClock
  /** What was asked from within: settles when its answer comes through the gate. */
  enter<Answer>(answer: Promise<Answer>): Promise<Answer>
  freeze(): void
  thaw(): void
  kill(): void
}

/** Timers without a delay in one second; work there is calls for far fewer. */
const SPINS_PER_SECOND_MAX = 400

/** `onSpin` hears of it when code in the process only asks to be called again, over and over. */
export function createProcess(name: string, clock: Clock, onSpin: () => void): SimulatedProcess {
  let state: SimulatedProcess['state'] = 'running'
  let waiting: (() => void)[] = []
  let spins = { second: -1, count: 0 }

  function pass(action: () => void): void {
    if (state === 'running') action()
    else if (state === 'frozen') waiting.push(action)
  }

  /** No timer of Node's fires in less than a millisecond. */
  function after(delayMs: number, action: () => void): Timer {
    if (delayMs < 1) countSpin()
    return clock.after(Math.max(1, delayMs), () => pass(action))
  }

  function countSpin(): void {
    const second = Math.floor(clock.monotonic() / 1_000)
    spins = { second, count: spins.second === second ? spins.count + 1 : 1 }
    if (spins.count === SPINS_PER_SECOND_MAX) onSpin()
  }

  return {
    name,
    get state() {
      return state
    },
    clock: createWatchfulClock({ now: () => clock.now(), monotonic: () => clock.monotonic(), after }),
    enter: (answer) =>
      new Promise((resolve) => {
        const settle = (): void => pass(() => resolve(answer))
        answer.then(settle, settle)
      }),
    freeze() {
      if (state === 'running') state = 'frozen'
    },
    thaw() {
      if (state !== 'frozen') return
      state = 'running'
      for (const action of waiting.splice(0)) action()
    },
    kill() {
      state = 'dead'
      waiting = []
    },
  }
}
