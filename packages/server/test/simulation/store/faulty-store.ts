import type { Clock } from '../../../src/core/clock.ts'
import { Problem } from '../../../src/core/errors.ts'
import type { Store } from '../../../src/store/store.ts'
import type { Dice } from '../dice.ts'
import type { Pause } from '../pause.ts'
import type { SimulatedProcess } from '../process.ts'
import { aroundEachCall, type StoreCall } from './each-call.ts'

/** What is wrong with the store just now. A refused call has written nothing: an engine promises that. */
export interface StoreWeather {
  /** The share of calls that fail. */
  failing: number
  /** The disk is full: whatever writes fails. */
  full: boolean
  /** Kills the process that makes this call next, before or after its transaction. */
  trap: { call: StoreCall; when: 'before' | 'after'; spring: (process: SimulatedProcess) => void } | null
}

export function fineWeather(): StoreWeather {
  return { failing: 0, full: false, trap: null }
}

const WRITES: ReadonlySet<StoreCall> = new Set([
  'work.commit',
  'work.recover',
  'work.moveWaiting',
  'work.bearWaiting',
  'work.announceDue',
  'webhooks.create',
  'webhooks.change',
  'deliveries.resend',
  'deliveries.replay',
  'retention.sweep',
])

/** Most calls are quick; some wait for a disk that is busy. */
const QUICK_MS = 3
const SLOW_MS = 200
const SLOW_SHARE = 0.01
const CALLS_AT_ONCE_MAX = 50_000

/**
 * The store as one process reaches it: calls take time, may fail, and may be cut off by the process's end before their
 * transaction or after it, when the answer is lost.
 */
export function faultyStore(
  store: Store,
  process: SimulatedProcess,
  weather: StoreWeather,
  dice: Dice,
  clock: Clock,
  pause: Pause,
  onRunaway: (what: string) => void,
): Store {
  function delayMs(): number {
    const quick = dice.chance(0.5) ? 0 : Math.round(dice.between(0, QUICK_MS))
    return dice.chance(SLOW_SHARE) ? Math.round(dice.between(QUICK_MS, SLOW_MS)) : quick
  }

  function springTrap(call: StoreCall, when: 'before' | 'after'): void {
    const { trap } = weather
    if (trap === null || trap.call !== call || trap.when !== when) return
    weather.trap = null
    trap.spring(process)
  }

  let instant = { at: -1, calls: 0 }
  /** An engine that asks without end while no time passes would never let the simulation go on. */
  function isRunaway(call: StoreCall): boolean {
    const at = clock.monotonic()
    instant = { at, calls: instant.at === at ? instant.calls + 1 : 1 }
    if (instant.calls === CALLS_AT_ONCE_MAX) onRunaway(`${process.name} asks ${call} without end`)
    return instant.calls >= CALLS_AT_ONCE_MAX
  }

  async function reach(call: StoreCall, run: () => Promise<unknown>): Promise<unknown> {
    await pause(delayMs(), `${process.name} ${call}`)
    springTrap(call, 'before')
    if (process.state === 'dead') return undefined
    if (weather.full && WRITES.has(call)) throw new Problem('store_full', 'The disk is full.')
    if (dice.chance(weather.failing)) throw new Problem('store_unavailable', 'The store failed.')
    const answer = await run()
    springTrap(call, 'after')
    await pause(WRITES.has(call) ? delayMs() : 0, `${process.name} ${call} answered`)
    return answer
  }

  return aroundEachCall(store, (call, run) =>
    isRunaway(call) ? new Promise(() => undefined) : process.enter(reach(call, run)),
  )
}
