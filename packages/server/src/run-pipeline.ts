import { prepareEvents } from './accept/prepare.ts'
import type { RunAnswer, RunRequest, RunService } from './api/services.ts'
import type { Clock } from './core/clock.ts'
import { idempotencyConflict, Problem, shuttingDown } from './core/errors.ts'
import type { Event } from './core/event.ts'
import type { Ids } from './core/ids.ts'
import { LIMITS } from './core/limits.ts'
import { endRun, reportedRun, startRun } from './core/run-lifecycle.ts'
import { isEnded, type Run, type Submission, type Verdict } from './core/run.ts'
import { MINUTE_MS, SECOND_MS } from './core/time.ts'
import type { Workflow } from './core/workflow.ts'
import type { DeliveryPipeline } from './delivery-pipeline.ts'
import { detect } from './detect/detect.ts'
import type { IdempotencyClaim, Store } from './store/store.ts'
import type { ValidatorPool } from './validate/pool.ts'

/**
 * The way of a submission: validate → detect → accept. The run is stored before it is judged and again, together with
 * the events it makes, when it has ended; a server that stops in between judges it again at its next start.
 */
export interface RunPipeline extends RunService {
  /** Takes up the runs that a stopped server left unfinished; answers how many it has taken up so far. */
  resume(): Promise<number>
  /** Starts no further run. What is being judged is left to the next start. */
  stop(): void
}

export interface RunParts {
  store: Pick<Store, 'organizations' | 'workflows' | 'runs'>
  validators: ValidatorPool
  accept: DeliveryPipeline['accept']
  clock: Clock
  ids: Ids
  /** Where people reach this server; asked late, because a free port is known only once it is listened on. */
  baseUrl: () => string
  /** Runs that are judged at once; the others wait as PENDING. */
  threads: number
  watch: RunWatch
}

export interface RunWatch {
  /** `bytes` is the size of what was judged; null when another validator judged it. */
  runEnded(run: Run, bytes: number | null): void
  failure(error: unknown, doing: string): void
}

/** After the end of a run could not be stored, how long until it is tried again: doubled up to the second. */
const STORE_RETRY_MS = 2 * SECOND_MS
const STORE_RETRY_MS_MAX = MINUTE_MS

export function createRunPipeline(parts: RunParts): RunPipeline {
  const { store, validators, clock, ids, watch } = parts
  /** Runs being judged or waiting for a worker, each with the promise of its end. */
  const underWay = new Map<string, Promise<Run>>()
  /** Submissions on their way into the store: they will be under way, and have their place. */
  let entering = 0
  const sleepers = new Set<() => void>()
  let stopped = false

  function begin(run: Run, workflow: Workflow, submission: Submission): Promise<Run> {
    const end = judge(run, workflow, submission).finally(() => underWay.delete(run.id))
    underWay.set(run.id, end)
    end.catch((error: unknown) => {
      if (!stopped) watch.failure(error, `judging run ${run.id}`)
    })
    return end
  }

  async function judge(run: Run, workflow: Workflow, submission: Submission): Promise<Run> {
    const startedAt = run.startedAt ?? clock.now()
    const verdict = await validators.judge(workflow.steps, submission).catch(brokenVerdict)
    const ended = endRun(run, verdict, startedAt, clock.now())
    // Until the store takes it: the run queue, which is bounded, is what waits here.
    for (let waitMs = STORE_RETRY_MS; ; waitMs = Math.min(2 * waitMs, STORE_RETRY_MS_MAX)) {
      if (stopped) throw shuttingDown()
      try {
        const events = await eventsOf(ended, workflow)
        await parts.accept({ claim: null, run: ended, submission: null, events, target: null })
        watch.runEnded(ended, submission.content?.length ?? null)
        return ended
      } catch (error) {
        watch.failure(error, `storing the end of run ${run.id}`)
        await later(waitMs)
      }
    }
  }

  async function eventsOf(run: Run, workflow: Workflow): Promise<Event[]> {
    const organization = await store.organizations.byId(run.organizationId)
    if (organization === null) throw new Error(`Run ${run.id} belongs to no organization`)
    return prepareEvents(detect({ organization, workflow, run, baseUrl: parts.baseUrl() }), run, ids, clock)
  }

  /** The oldest unfinished runs, as many as the queue holds; when there may be more, the next lot after these. */
  async function takeUp(): Promise<number> {
    const unfinished = await store.runs.unfinished(LIMITS.runQueueMax)
    const ends: Promise<Run>[] = []
    for (const { run, submission } of unfinished) {
      // Runs submitted since the start are unfinished too, and are being judged already.
      if (underWay.has(run.id)) continue
      const workflow = await store.workflows.byId(run.organizationId, run.workflowId)
      if (workflow !== null) ends.push(begin(run, workflow, submission))
    }
    if (unfinished.length === LIMITS.runQueueMax) void Promise.allSettled(ends).then(takeUpLater)
    return ends.length
  }

  async function takeUpLater(): Promise<void> {
    await later(STORE_RETRY_MS)
    if (stopped) return
    await takeUp().catch((error: unknown) => {
      watch.failure(error, 'taking up unfinished runs')
      return takeUpLater()
    })
  }

  /** Resolves after `delayMs`, or at once when the pipeline is stopped. */
  function later(delayMs: number): Promise<void> {
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

  async function earlier(organizationId: number, runId: string): Promise<RunAnswer> {
    const run = await store.runs.get(organizationId, runId)
    if (run === null) throw new Problem('not_found', 'The run made by this Idempotency-Key has been removed.')
    return { run, replayed: true }
  }

  async function wait(organizationId: number, runId: string, waitMs: number): Promise<Run | null> {
    const end = underWay.get(runId)
    const run = await store.runs.get(organizationId, runId)
    if (run === null || isEnded(run) || end === undefined || waitMs <= 0) return run
    await settledWithin(clock, end, waitMs)
    return store.runs.get(organizationId, runId)
  }

  return {
    wait,
    checkSteps: (steps) => validators.checkSteps(steps),

    async submit(request) {
      const { workflow, submission, waitMs } = request
      validators.checkSubmission(workflow.steps, submission)
      if (stopped) throw shuttingDown()
      const before = underWay.size + entering
      if (before >= LIMITS.runQueueMax) {
        throw new Problem(
          'overloaded',
          `${LIMITS.runQueueMax} runs wait for a worker. Try again in a moment.`,
        )
      }
      const status = before < parts.threads ? 'RUNNING' : 'PENDING'
      const run = startRun(workflow, submission, status, ids.uuid(), clock.now())
      const claim = claimFor(request, 'run', run)
      entering += 1
      const accepted = await parts
        .accept({ claim, run, submission: submission.content, events: [], target: null })
        .finally(() => (entering -= 1))
      if (accepted.outcome === 'conflict') throw idempotencyConflict()
      const answer =
        accepted.outcome === 'replayed'
          ? await earlier(run.organizationId, accepted.resourceId)
          : { run, replayed: false }
      if (!answer.replayed) void begin(run, workflow, submission).catch(() => undefined)
      return { ...answer, run: (await wait(run.organizationId, answer.run.id, waitMs)) ?? answer.run }
    },

    async report(request) {
      if (stopped) throw shuttingDown()
      const run = reportedRun(request.workflow, request.report, ids.uuid(), clock.now())
      const events = await eventsOf(run, request.workflow)
      const claim = claimFor(request, 'result', run)
      const accepted = await parts.accept({ claim, run, submission: null, events, target: null })
      if (accepted.outcome === 'conflict') throw idempotencyConflict()
      if (accepted.outcome === 'replayed') return earlier(run.organizationId, accepted.resourceId)
      watch.runEnded(run, null)
      return { run, replayed: false }
    },

    resume: takeUp,

    stop() {
      stopped = true
      for (const wake of sleepers) wake()
    },
  }
}

/** The pool itself failed: the platform's fault, so ERROR and never FAIL. */
function brokenVerdict(error: unknown): Verdict {
  const message = `The validators could not be run: ${error instanceof Error ? error.message : String(error)}`
  return {
    result: 'ERROR',
    findings: [
      { severity: 'error', code: 'validator_failed', message, path: '', property: null, schemaType: null },
    ],
    counts: { error: 1, warning: 0, info: 0 },
    score: null,
    errorCategory: 'VALIDATOR',
  }
}

function claimFor(request: RunRequest, operation: string, run: Run): IdempotencyClaim | null {
  if (request.idempotency === null) return null
  const { organizationId, id: resourceId, createdAt } = run
  return { organizationId, operation, ...request.idempotency, resourceId, createdAt }
}

/** Resolves when `end` has settled, either way, or after `waitMs`. */
async function settledWithin(clock: Clock, end: Promise<unknown>, waitMs: number): Promise<void> {
  await new Promise<void>((resolve) => {
    const timer = clock.after(waitMs, resolve)
    const done = (): void => {
      timer.cancel()
      resolve()
    }
    end.then(done, done)
  })
}
