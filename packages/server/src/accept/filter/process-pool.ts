import type { Timer } from '../../core/clock.ts'
import { MINUTE_MS } from '../../core/time.ts'
import { createFilterProcess, type FilterProcess, type FilterProcessOptions } from './filter-process.ts'

/** The processes end when all of them were unused for so long, and give their memory back. */
const IDLE_MS = MINUTE_MS

/** Processes that are started as they are needed, so that work never waits for one while another is free. */
export interface ProcessPool {
  /** One that has started and is free. If there is none another is started, and `onFree` told when it has. */
  take(): FilterProcess | undefined
  /** Gives one back. */
  release(worker: FilterProcess, hasEnded: boolean): void
  /** Ends all of them, for good. */
  close(): Promise<void>
}

export interface ProcessPoolOptions extends FilterProcessOptions {
  /** Processes at most; each takes about 75 MB. */
  processes: number
}

export interface ProcessPoolListener {
  onFree(): void
  /** One could not be started. `isLast` when there is no other. */
  onStartFailed(error: Error, isLast: boolean): void
}

export function createProcessPool(options: ProcessPoolOptions, listener: ProcessPoolListener): ProcessPool {
  const all = Array.from({ length: options.processes }, () => createFilterProcess(options))
  /** Not started, or ended. */
  const cold = [...all]
  /** The last one is taken first, so that the others are left alone if one is enough. */
  const free: FilterProcess[] = []
  let isStarting = false
  let isClosed = false
  let idle: Timer | null = null

  async function startAnother(): Promise<void> {
    const starting = isStarting ? undefined : cold.pop()
    if (starting === undefined) return
    isStarting = true
    const { kind, error } = await starting.ask({ organizationId: 0, questions: [], bodies: new Uint8Array() })
    isStarting = false
    if (isClosed) return
    release(starting, kind === 'ended')
    if (kind === 'answered') listener.onFree()
    else listener.onStartFailed(error ?? diedAtStart(), cold.length === all.length)
  }

  function release(worker: FilterProcess, hasEnded: boolean): void {
    if (hasEnded) cold.push(worker)
    else free.push(worker)
    idle?.cancel()
    if (free.length + cold.length === all.length) idle = options.clock.after(IDLE_MS, () => void endAll())
  }

  async function endAll(): Promise<void> {
    idle?.cancel()
    cold.push(...free.splice(0))
    await Promise.all(all.map((worker) => worker.end()))
  }

  return {
    take() {
      const worker = free.pop()
      if (worker === undefined) void startAnother()
      else idle?.cancel()
      return worker
    },
    release,
    close() {
      isClosed = true
      return endAll()
    },
  }
}

function diedAtStart(): Error {
  return new Error('A process that judges filters died before it had started')
}
