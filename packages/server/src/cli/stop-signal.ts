import { isStartedByNpx } from '../config/launcher.ts'
import { systemClock, type Clock, type Timer } from '../core/clock.ts'
import { SECOND_MS } from '../core/time.ts'
import { EXIT, type ExitCode } from './exit.ts'

/** What a signal asks of a verb that keeps running. */
export interface StopSignal {
  /** Resolves with the first SIGTERM or SIGINT; with SIGTERM, too, when npx started us and has ended. */
  asked: Promise<NodeJS.Signals>
  /** Gives the signals back to Node. */
  release(): void
}

const SIGNALS: readonly NodeJS.Signals[] = ['SIGTERM', 'SIGINT']

/**
 * A signal to a process group reaches us, and whoever started us passes it on as well. The same signal within this time
 * is one request to stop, not two.
 */
const SAME_REQUEST_MS = SECOND_MS
/** How often we look whether the shell that npx started us from is still there. */
const PARENT_LOOK_MS = SECOND_MS / 4

/** From now on the first request asks, and a second one ends the process at once with this code. */
export function listenForStop(
  secondExitCode: ExitCode = EXIT.failure,
  clock: Clock = systemClock,
): StopSignal {
  let first: { signal: NodeJS.Signals; at: number } | null = null
  let resolve: (signal: NodeJS.Signals) => void = () => undefined
  const asked = new Promise<NodeJS.Signals>((settle) => (resolve = settle))
  const listener = (signal: NodeJS.Signals): void => {
    const now = clock.monotonic()
    if (first === null) {
      first = { signal, at: now }
      resolve(signal)
    } else if (signal !== first.signal || now - first.at > SAME_REQUEST_MS) {
      process.exit(secondExitCode)
    }
  }
  for (const signal of SIGNALS) process.on(signal, listener)
  const stopLooking = isStartedByNpx() ? onParentGone(clock, () => resolve('SIGTERM')) : () => undefined
  return {
    asked,
    release: () => {
      stopLooking()
      for (const signal of SIGNALS) process.off(signal, listener)
    },
  }
}

/** Calls `act` once the process that started this one has ended. The function it returns ends the looking. */
function onParentGone(clock: Clock, act: () => void): () => void {
  const parent = process.ppid
  let timer: Timer | null = null
  const look = (): void => {
    if (process.ppid === parent) timer = clock.after(PARENT_LOOK_MS, look)
    else act()
  }
  look()
  return () => timer?.cancel()
}
