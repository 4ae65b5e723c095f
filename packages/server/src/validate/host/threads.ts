import { extname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Piscina } from 'piscina'
import type { Clock } from '../../core/clock.ts'
import { MINUTE_MS, SECOND_MS } from '../../core/time.ts'
import type { Task, TaskAnswer, TaskLimits, TaskOutcome, WorkerSetup } from '../worker/task.ts'

export interface ThreadsOptions extends TaskLimits {
  clock: Clock
}

/** A thread that has not begun its task by then will not. */
const THREAD_START_MS_MAX = 30 * SECOND_MS
/** A thread ends when unused for so long, and gives its memory back. */
const THREAD_IDLE_MS = MINUTE_MS

/** With the extension of this file: `.ts` from the sources, `.js` from what was built. */
const WORKER_FILE = fileURLToPath(new URL(`../worker/worker${extname(import.meta.url)}`, import.meta.url))

/**
 * Worker threads under limits; they end with their process. A task that overruns its time or memory costs its thread, which is replaced; nothing less
 * stops a regular expression. The caller has at most `threads` tasks under way, each with a slot of its own: the queue is
 * not left to piscina, which neither bounds it for tasks that can be aborted nor tells when one of them begins.
 */
export interface Threads {
  /** Never rejects. Aborting `signal` costs the thread, as an overrun does. */
  run(task: Task, signal: AbortSignal): Promise<TaskOutcome>
}

export function createThreads({ threads, timeoutMs, memoryMb, clock }: ThreadsOptions): Threads {
  const startMarks = new Int32Array(new SharedArrayBuffer(threads * Int32Array.BYTES_PER_ELEMENT))
  /** One pool for each slot, of the one thread that the slot stands for. */
  const pools: (Piscina<Task, TaskAnswer> | undefined)[] = []

  function poolOf(slot: number): Piscina<Task, TaskAnswer> {
    const known = pools[slot]
    if (known !== undefined) return known
    const pool = new Piscina<Task, TaskAnswer>({
      filename: WORKER_FILE,
      name: 'perform',
      minThreads: 0,
      maxThreads: 1,
      idleTimeout: THREAD_IDLE_MS,
      recordTiming: false,
      workerData: { startMarks } satisfies WorkerSetup,
      resourceLimits: { maxOldGenerationSizeMb: memoryMb },
      execArgv: [],
      env: {},
    })
    // A thread that fails between two tasks; the next task finds out. Without a listener it would end the process.
    pool.on('error', () => undefined)
    pools[slot] = pool
    return pool
  }

  /** Ends the task's thread when its time is up; time before it began does not count. Answers how to call it off. */
  function setDeadline(slot: number, expire: () => void): () => void {
    const givenAt = clock.monotonic()
    let timer = clock.after(timeoutMs, look)
    function look(): void {
      const begun = Atomics.load(startMarks, slot) === 1
      if (begun || clock.monotonic() - givenAt >= THREAD_START_MS_MAX) expire()
      else timer = clock.after(timeoutMs, look)
    }
    return () => timer.cancel()
  }

  return {
    async run(task, signal) {
      Atomics.store(startMarks, task.slot, 0)
      const abort = new AbortController()
      signal.addEventListener('abort', () => abort.abort(), { once: true })
      const cancelDeadline = setDeadline(task.slot, () => abort.abort())
      try {
        return await poolOf(task.slot).run(withOwnBytes(task), { signal: abort.signal })
      } catch (error) {
        if (signal.aborted) return { kind: 'cancelled' }
        if (!abort.signal.aborted) return failureOf(error)
        if (Atomics.load(startMarks, task.slot) === 1) return { kind: 'timed_out' }
        return { kind: 'died', message: 'a worker thread could not be started' }
      } finally {
        cancelDeadline()
      }
    },
  }
}

/** Cloning a view of a larger buffer, such as the message it came in, would clone all of that. */
function withOwnBytes(task: Task): Task {
  if (task.document === null) return task
  return { ...task, document: { ...task.document, content: new Uint8Array(task.document.content) } }
}

function failureOf(error: unknown): TaskOutcome {
  if (!(error instanceof Error)) return { kind: 'died', message: String(error) }
  const code: unknown = 'code' in error ? error.code : null
  if (code === 'ERR_WORKER_OUT_OF_MEMORY') return { kind: 'out_of_memory' }
  if (code === 'ERR_THREAD_SPOILT') return { kind: 'threw', message: error.message }
  return { kind: 'died', message: error.message }
}
