import type { Clock } from '../../core/clock.ts'
import { MINUTE_MS } from '../../core/time.ts'
import type { Task, TaskLimits, TaskOutcome } from '../worker/task.ts'
import { createHost, type Host } from './host.ts'

/**
 * Runs tasks where they can do no harm: in worker threads with limits of time and memory, in a process of their own.
 *
 * The threads alone would be no wall. At the limit of a thread's heap Node ends that thread, but what V8 allocates until
 * it comes to that may exceed the leeway Node gives it (16 MB), and then V8 aborts the whole process. Of 42 hostile
 * schemas and documents, all within the limits of a request, three did that. So the process that ends is not the server.
 */
export interface Isolation {
  /** Never rejects. At most `threads` at once, each with a slot of its own. */
  run(task: Task, signal?: AbortSignal): Promise<TaskOutcome>
  /** Ends all processes. Safe to call twice. */
  close(): Promise<void>
}

/** How long an organization whose task ended a host is judged apart from the others: their tasks were under way there too. */
const APART_MS = 10 * MINUTE_MS

export function createIsolation(limits: TaskLimits, clock: Clock): Isolation {
  const host = createHost(limits, clock)
  const lonely = new Set<Host>()
  /** Organizations that are judged apart, and until when. At most as many as there are organizations. */
  const apartUntil = new Map<number, number>()
  let closed = false

  function isApart(organizationId: number): boolean {
    const until = apartUntil.get(organizationId)
    if (until === undefined) return false
    if (clock.monotonic() < until) return true
    apartUntil.delete(organizationId)
    return false
  }

  /** A second try with no neighbours, so that a task is blamed for its own deeds only. */
  async function runAlone(task: Task, signal: AbortSignal | undefined): Promise<TaskOutcome> {
    if (closed) return { kind: 'closed' }
    const alone = createHost({ ...limits, threads: 1 }, clock)
    lonely.add(alone)
    try {
      const outcome = await alone.run({ ...task, slot: 0 }, signal)
      if (outcome.kind !== 'host_died') return outcome
      apartUntil.set(task.organizationId, clock.monotonic() + APART_MS)
      return causeOfDeath(outcome.reason)
    } finally {
      lonely.delete(alone)
      await alone.close()
    }
  }

  return {
    async run(task, signal) {
      if (isApart(task.organizationId)) return runAlone(task, signal)
      const outcome = await host.run(task, signal)
      return outcome.kind === 'host_died' ? runAlone(task, signal) : outcome
    },

    async close() {
      closed = true
      await Promise.all([host, ...lonely].map((each) => each.close()))
    },
  }
}

/** How V8 ends a process that is out of memory (by platform), and how the kernel does. */
const MEMORY_SIGNALS: ReadonlySet<string> = new Set(['SIGABRT', 'SIGTRAP', 'SIGILL', 'SIGKILL'])

function causeOfDeath(reason: string): TaskOutcome {
  if (MEMORY_SIGNALS.has(reason)) return { kind: 'out_of_memory' }
  return { kind: 'died', message: `the process that judged it ended (${reason}).` }
}
