import type { Clock } from '../core/clock.ts'
import { shuttingDown } from '../core/errors.ts'
import { endRun } from '../core/run-lifecycle.ts'
import type { Run, Submission, Verdict } from '../core/run.ts'
import { MINUTE_MS, SECOND_MS } from '../core/time.ts'
import type { Workflow } from '../core/workflow.ts'
import type { RunEnding } from './run-ending.ts'
import type { RunVerdicts } from './run-verdicts.ts'
import { cancelledVerdict } from '../validate/verdict.ts'

/** The runs that are judged or wait for a worker, from their beginning to the commit that ends them. */
export interface RunJudging {
  readonly size: number
  /** Of one organization. */
  sizeOf(organizationId: number): number
  /** Resolves with the run as it ended; rejects when the server is stopped before. One that is under way is begun no second time. */
  begin(run: Run, workflow: Workflow, submission: Submission): Promise<Run>
  /** The promise of `begin` while the run is under way. */
  endOf(runId: string): Promise<Run> | undefined
  /** The run ends as CANCELED, unless its verdict is there already. Nothing happens to one that is not under way. */
  cancel(runId: string): void
  /** Resolves after `delayMs`, or at once when stopped. */
  later(delayMs: number): Promise<void>
  /** What is under way is left to the next start. */
  stop(): void
  readonly stopped: boolean
}

export interface RunWatch {
  /** `bytes` is the size of what was judged; null when another validator judged it, or it was a page. */
  runEnded(run: Run, bytes: number | null): void
  failure(error: unknown, doing: string): void
}

export interface RunJudgingParts {
  verdicts: RunVerdicts
  ending: RunEnding
  /** The run as it is stored. */
  reload: (run: Run) => Promise<Run | null>
  clock: Clock
  watch: RunWatch
}

/** After the end of a run could not be stored, how long until it is tried again: doubled up to the second. */
export const STORE_RETRY_MS = 2 * SECOND_MS
const STORE_RETRY_MS_MAX = MINUTE_MS

interface UnderWay {
  organizationId: number
  end: Promise<Run>
  cancel: AbortController
}

export function createRunJudging(parts: RunJudgingParts): RunJudging {
  const { verdicts, clock, watch } = parts
  const underWay = new Map<string, UnderWay>()
  const sleepers = new Set<() => void>()
  let stopped = false

  async function judge(
    run: Run,
    workflow: Workflow,
    submission: Submission,
    signal: AbortSignal,
  ): Promise<Run> {
    const startedAt = run.startedAt ?? clock.now()
    const verdict = await unlessCancelled(verdicts.of(workflow, submission, signal), signal)
    const makeRun = (): Run => endRun(run, verdict, startedAt, clock.now())
    // Until the store takes it: the run queue, which is bounded, is what waits here.
    for (let waitMs = STORE_RETRY_MS; ; waitMs = Math.min(2 * waitMs, STORE_RETRY_MS_MAX)) {
      if (stopped) throw shuttingDown()
      try {
        const ended = await ending(run, workflow, makeRun)
        watch.runEnded(ended, submission.content?.length ?? null)
        return ended
      } catch (error) {
        watch.failure(error, `storing the end of run ${run.id}`)
        await later(waitMs)
      }
    }
  }

  async function ending(run: Run, workflow: Workflow, makeRun: () => Run): Promise<Run> {
    const { subject } = run
    const { run: ended, accepted } = await parts.ending.end({ workflow, subject, makeRun, claim: null })
    if (accepted.outcome === 'accepted') return ended
    // It had ended before: a try that the store carried out and could not answer, say. What it said then stands.
    const stored = await parts.reload(run)
    if (stored === null) throw new Error(`Run ${run.id} has ended and cannot be found`)
    return stored
  }

  function later(delayMs: number): Promise<void> {
    if (stopped) return Promise.resolve()
    return new Promise((resolve) => {
      const wake = (): void => {
        timer.cancel()
        sleepers.delete(wake)
        resolve()
      }
      const timer = clock.after(delayMs, wake)
      sleepers.add(wake)
    })
  }

  return {
    get size() {
      return underWay.size
    },
    sizeOf(organizationId) {
      let size = 0
      for (const run of underWay.values()) if (run.organizationId === organizationId) size += 1
      return size
    },
    get stopped() {
      return stopped
    },
    endOf: (runId) => underWay.get(runId)?.end,
    cancel: (runId) => underWay.get(runId)?.cancel.abort(),
    later,

    begin(run, workflow, submission) {
      const before = underWay.get(run.id)
      if (before !== undefined) return before.end
      const cancel = new AbortController()
      const end = judge(run, workflow, submission, cancel.signal).finally(() => underWay.delete(run.id))
      underWay.set(run.id, { organizationId: run.organizationId, end, cancel })
      end.catch((error: unknown) => {
        if (!stopped) watch.failure(error, `judging run ${run.id}`)
      })
      return end
    },

    stop() {
      stopped = true
      verdicts.stop()
      for (const wake of sleepers) wake()
    },
  }
}

/** What judges meanwhile goes on to the end of its step, and nobody listens to it. */
function unlessCancelled(verdict: Promise<Verdict>, signal: AbortSignal): Promise<Verdict> {
  return new Promise((resolve, reject) => {
    signal.addEventListener('abort', () => resolve(cancelledVerdict()), { once: true })
    verdict.then(resolve, reject)
  })
}
