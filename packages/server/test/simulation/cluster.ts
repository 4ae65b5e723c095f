import { SECOND_MS } from '../../src/core/time.ts'
import type { Store } from '../../src/store/store.ts'
import type { Outage } from '../invariants/history.ts'
import { createNode, type NodeParts, type SimulatedNode } from './node.ts'
import type { Pause } from './pause.ts'
import { createProcess, type SimulatedProcess } from './process.ts'
import { faultyStore, type StoreWeather } from './store/faulty-store.ts'
import { observedStore } from './store/observed-store.ts'
import type { VirtualClock } from '../support/virtual-clock.ts'

/**
 * The processes that serve, one after the other over the same store, as a supervisor runs them: one that died is started
 * again. For a while there may be two, when one stood still and was taken for dead.
 *
 *   down ──launch()──▶ starting ──▶ ready ──restart()──▶ draining ──▶ down
 *    ▲                    └───────────┴──crash()────────────┘ │
 *    └────────────────────────────────────────────────────────┘
 */
export interface Cluster {
  /** The node that takes requests; null when none does. */
  current(): SimulatedNode | null
  launch(): void
  /** The serving process dies and is started again `downMs` later. */
  crash(downMs: number): void
  /** Has whatever process makes the next matching call die. */
  crashProcess(process: SimulatedProcess, downMs: number): void
  /** The serving process stops in order, and is started again. */
  restart(): void
  /** The serving process stands still for `ms`; with `takeOverAfterMs` another is started meanwhile. */
  freeze(ms: number, takeOverAfterMs: number | null): void
  /** Whether one node serves, and no other is left. */
  readonly isWhole: boolean
}

export interface ClusterParts extends Omit<NodeParts, 'process' | 'store'> {
  clock: VirtualClock
  weather: StoreWeather
  pause: Pause
  /** The shared store, opened again when nobody has it open. */
  openStore: (isAlone: boolean) => Promise<Store>
}

interface Serving {
  process: SimulatedProcess
  node: SimulatedNode | null
  phase: 'starting' | 'ready' | 'draining'
}

const DRAIN_MS_MAX = 90 * SECOND_MS
const RELAUNCH_MS = 5 * SECOND_MS

export function createCluster(parts: ClusterParts): Cluster {
  const { clock, notes, weather, dice } = parts
  let serving: Serving | null = null
  /** Processes that stood still while another took over, until they have ended. */
  const left = new Set<SimulatedProcess>()
  let started = 0
  const open: Outage[] = []

  function begin(cause: Outage['cause'], node: string): Outage {
    const outage: Outage = { cause, from: notes.now(), until: Number.POSITIVE_INFINITY, node }
    notes.outages.push(outage)
    return outage
  }

  function launch(): void {
    if (serving !== null) return
    started += 1
    const process = createProcess(`node-${started}`, clock, () => {
      notes.failures.push('a process spins: it does nothing but set timers without a delay')
    })
    const mine: Serving = { process, node: null, phase: 'starting' }
    serving = mine
    void start(mine).then(
      () => {
        mine.phase = 'ready'
        for (const outage of open.splice(0)) outage.until = notes.now()
      },
      () => {
        // The store did not let it start: it ends, and is started again.
        if (serving !== mine) return
        serving = null
        process.kill()
        clock.after(RELAUNCH_MS, launch)
      },
    )
  }

  async function start(mine: Serving): Promise<void> {
    const { process } = mine
    const chance = dice.fork(process.name)
    const store = observedStore(await parts.openStore(left.size === 0), notes, process.name)
    const reached = faultyStore(store, process, weather, chance.fork('store'), clock, parts.pause, (what) =>
      notes.failures.push(what),
    )
    mine.node = createNode({ ...parts, process, store: reached, dice: chance })
    await mine.node.start()
  }

  function crashProcess(process: SimulatedProcess, downMs: number): void {
    // One that was taken for dead already has nothing left to lose that its successor would find.
    if (serving?.process !== process) return
    serving = null
    process.kill()
    open.push(begin('crash', process.name))
    // What it had not heard of yet its successor reads.
    for (const change of notes.changes) {
      if (change.what === 'stopped') change.answeredAt ??= notes.now()
    }
    clock.after(downMs, launch)
  }

  function restart(): void {
    if (serving?.phase !== 'ready' || serving.node === null) return
    const { process, node } = serving
    serving.phase = 'draining'
    open.push(begin('stop', process.name))
    const giveUp = clock.after(DRAIN_MS_MAX, () => crashProcess(process, RELAUNCH_MS))
    void node.drain().then(() => {
      giveUp.cancel()
      if (serving?.process !== process) return
      serving = null
      process.kill()
      launch()
    })
  }

  function freeze(ms: number, takeOverAfterMs: number | null): void {
    if (serving?.phase !== 'ready' || serving.node === null || left.size > 0) return
    const { process, node } = serving
    const outage = begin('freeze', process.name)
    process.freeze()
    if (takeOverAfterMs === null) {
      clock.after(ms, () => {
        process.thaw()
        outage.until = notes.now()
      })
      return
    }
    left.add(process)
    serving = null
    open.push(begin('crash', process.name))
    clock.after(takeOverAfterMs, launch)
    clock.after(takeOverAfterMs + ms, () => {
      // Whoever took over has fenced it off; it is told to stop before it does anything else.
      const drained = node.drain()
      process.thaw()
      void drained.then(() => {
        process.kill()
        left.delete(process)
        outage.until = notes.now()
      })
    })
  }

  return {
    current: () => (serving?.phase === 'ready' && serving.process.state === 'running' ? serving.node : null),
    launch,
    crash(downMs) {
      if (serving !== null) crashProcess(serving.process, downMs)
    },
    crashProcess,
    restart,
    freeze,
    get isWhole() {
      return left.size === 0 && serving?.phase === 'ready' && serving.process.state === 'running'
    },
  }
}
