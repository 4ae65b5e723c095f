import { fork, type ChildProcess } from 'node:child_process'
import { extname } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Clock, Timer } from '../../core/clock.ts'
import { MINUTE_MS } from '../../core/time.ts'
import type { Task, TaskLimits, TaskOutcome } from '../worker/task.ts'
import type { HostAnswer, HostCancel, HostRequest } from './messages.ts'

/** The host process ends when unused for so long, and gives its memory back; the next task starts another. */
const HOST_IDLE_MS = MINUTE_MS

/** A page of WebAssembly's memory has 64 KiB. */
const WASM_PAGES_PER_MB = 16

/** With the extension of this file: `.ts` from the sources, `.js` from what was built. */
const MAIN_FILE = fileURLToPath(new URL(`main${extname(import.meta.url)}`, import.meta.url))

export type HostOutcome =
  | TaskOutcome
  /** The process ended with this task, and perhaps others, under way. */
  | { kind: 'host_died'; reason: string }

/** A process of its own for worker threads, started when there is something to do. */
export interface Host {
  /** Never rejects. At most `threads` at once, each with a slot of its own. Aborting `signal` ends the task's thread. */
  run(task: Task, signal?: AbortSignal): Promise<HostOutcome>
  /** Ends the process, whatever it is doing. Safe to call twice. */
  close(): Promise<void>
}

export function createHost({ threads, timeoutMs, memoryMb }: TaskLimits, clock: Clock): Host {
  const limits: TaskLimits = { threads, timeoutMs, memoryMb }
  const underWay = new Map<number, (outcome: HostOutcome) => void>()
  let child: ChildProcess | null = null
  let idle: Timer | null = null
  let lastId = 0
  let closed: Promise<void> | null = null

  function start(): ChildProcess {
    // No flags and no environment of the server's: a validator has no business with them, and they may hold secrets.
    const started = fork(MAIN_FILE, [JSON.stringify(limits)], {
      serialization: 'advanced',
      // The memory of WebAssembly is no part of a thread's heap: without a bound of its own it may grow to 2 GB.
      execArgv: [`--wasm-max-mem-pages=${memoryMb * WASM_PAGES_PER_MB}`],
      env: {},
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    })
    started.on('message', ({ id, outcome }: HostAnswer) => settle(id, outcome))
    started.on('error', (error) => died(started, error.message))
    started.on('exit', (code, signal) => died(started, signal ?? `exit code ${String(code)}`))
    return started
  }

  function died(which: ChildProcess, reason: string): void {
    if (child !== which) return
    child = null
    for (const id of underWay.keys())
      settle(id, closed === null ? { kind: 'host_died', reason } : { kind: 'closed' })
  }

  function settle(id: number, outcome: HostOutcome): void {
    const resolve = underWay.get(id)
    underWay.delete(id)
    resolve?.(outcome)
    // The last answer of a host that was closed may still be on its way: nothing is to be waited for after it.
    if (underWay.size > 0 || child === null || closed !== null) return
    // An idle host keeps nobody's process alive; a busy one does, until its last word or its end has been heard.
    child.unref()
    child.channel?.unref()
    idle = clock.after(HOST_IDLE_MS, rest)
  }

  function rest(): void {
    const resting = child
    // From now on it is nobody's: its exit concerns no task, and the next task starts another.
    child = null
    resting?.disconnect()
  }

  return {
    run(task, signal) {
      if (closed !== null) return Promise.resolve({ kind: 'closed' })
      idle?.cancel()
      const host = (child ??= start())
      host.ref()
      host.channel?.ref()
      const request: HostRequest = { id: ++lastId, task }
      return new Promise((resolve) => {
        underWay.set(request.id, resolve)
        const cancel: HostCancel = { id: request.id, task: null }
        // A host that is gone has no task to end.
        signal?.addEventListener('abort', () => host.connected && host.send(cancel), { once: true })
        host.send(request, (error) => {
          if (error !== null) settle(request.id, { kind: 'host_died', reason: error.message })
        })
      })
    },

    close() {
      closed ??= end()
      return closed
    },
  }

  function end(): Promise<void> {
    idle?.cancel()
    const ending = child
    if (ending === null || ending.exitCode !== null) return Promise.resolve()
    return new Promise((resolve) => {
      ending.once('exit', () => resolve())
      ending.once('error', () => resolve())
      ending.ref()
      ending.kill('SIGKILL')
    })
  }
}
