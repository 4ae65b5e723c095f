import type { RunAnswer, RunRequest, RunService } from '../api/services.ts'
import type { Clock } from '../core/clock.ts'
import { idempotencyConflict, Problem, shuttingDown } from '../core/errors.ts'
import type { Ids } from '../core/ids.ts'
import { LIMITS } from '../core/limits.ts'
import { reportedRun, startRun, type RunBirth } from '../core/run-lifecycle.ts'
import { isEnded, type Run } from '../core/run.ts'
import { mayHaveAnother } from '../core/share.ts'
import type { Workflow } from '../core/workflow.ts'
import type { DeliveryPipeline } from './delivery-pipeline.ts'
import { createRunAlerts, type RunAlertsParts } from './run-alerts.ts'
import { createRunEnding } from './run-ending.ts'
import { createRunJudging, STORE_RETRY_MS, type RunWatch } from './run-judging.ts'
import { createRunVerdicts, type FetchPage } from './run-verdicts.ts'
import type { IdempotencyClaim, Store } from '../store/store.ts'
import type { ValidatorPool } from '../validate/pool.ts'
import { judgesPages } from '../validate/check-submission.ts'
import { settingsOf } from '../validate/settings.ts'

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
  store: Pick<Store, 'organizations' | 'workflows' | 'runs' | 'alertRules' | 'alerts'>
  validators: ValidatorPool
  fetchPage: FetchPage
  /** Throws `Problem('url_not_allowed')` for a URL that nothing is fetched from. */
  checkUrl: (url: string) => void
  accept: DeliveryPipeline['accept']
  judgeExpressions: RunAlertsParts['judgeExpressions']
  clock: Clock
  ids: Ids
  /** Where people reach this server; asked late, because a free port is known only once it is listened on. */
  baseUrl: () => string
  /** Runs of one organization that are judged at once; the others wait as PENDING. */
  threads: number
  watch: RunWatch
}

/** What a submission's Idempotency-Key is claimed for. */
export const RUN_OPERATION = 'run'

export function createRunPipeline(parts: RunParts): RunPipeline {
  const { store, validators, clock, ids, watch } = parts
  const ending = createRunEnding({ ...parts, alerts: createRunAlerts(parts) })
  const reload = ({ organizationId, id }: Run) => store.runs.get(organizationId, id)
  const judging = createRunJudging({ ...parts, verdicts: createRunVerdicts(parts), ending, reload })
  /** Submissions on their way into the store, by run: they will be under way, and have their place. */
  const entering = new Map<string, Pick<Run, 'organizationId'>>()

  /** The oldest unfinished runs, as many as the queue holds; when there may be more, the next lot after these. */
  async function takeUp(): Promise<number> {
    const unfinished = await store.runs.unfinished(LIMITS.runQueueMax)
    const ends: Promise<Run>[] = []
    for (const { run, submission } of unfinished) {
      // Runs submitted since the start are unfinished too, and are being judged already.
      if (judging.endOf(run.id) !== undefined) continue
      const workflow = await store.workflows.byId(run.organizationId, run.workflowId)
      if (workflow !== null) ends.push(judging.begin(run, workflow, submission))
    }
    if (unfinished.length === LIMITS.runQueueMax) void Promise.allSettled(ends).then(takeUpLater)
    return ends.length
  }

  async function takeUpLater(): Promise<void> {
    await judging.later(STORE_RETRY_MS)
    if (judging.stopped) return
    await takeUp().catch((error: unknown) => {
      watch.failure(error, 'taking up unfinished runs')
      return takeUpLater()
    })
  }

  /** Throws `overloaded` when the queue is full, and `rate_limited` when the organization has its share of it. */
  function assertPlace(organizationId: number, taken: number): void {
    const { runQueueMax: max, ownToFreeMax } = LIMITS
    if (taken >= max) throw new Problem('overloaded', `${max} runs wait for a worker. Try again in a moment.`)
    let own = judging.sizeOf(organizationId)
    for (const run of entering.values()) if (run.organizationId === organizationId) own += 1
    if (mayHaveAnother({ own, taken, max, ownToFreeMax })) return
    throw new Problem(
      'rate_limited',
      `${own} runs of this organization wait for a worker. The rest of the queue is for other organizations. Wait until some runs have ended.`,
    )
  }

  function birthOf(workflow: Workflow): RunBirth {
    return { workflow, settings: settingsOf(workflow.steps), id: ids.uuid(), now: clock.now() }
  }

  /** One that an earlier server left behind, and that no place was free for yet. It is begun only to be ended. */
  async function beginUnfinished(run: Run): Promise<Run> {
    const workflow = await store.workflows.byId(run.organizationId, run.workflowId)
    if (workflow === null) throw new Problem('not_found', 'The workflow of this run is gone.')
    const begun = judging.begin(run, workflow, { ...run.submission, content: null })
    judging.cancel(run.id)
    return begun
  }

  async function earlier(organizationId: number, runId: string): Promise<RunAnswer> {
    const run = await store.runs.get(organizationId, runId)
    if (run === null) throw new Problem('not_found', 'The run made by this Idempotency-Key has been removed.')
    return { run, replayed: true }
  }

  async function wait(organizationId: number, runId: string, waitMs: number): Promise<Run | null> {
    const end = judging.endOf(runId)
    const run = await store.runs.get(organizationId, runId)
    if (run === null || isEnded(run) || end === undefined || waitMs <= 0) return run
    await settledWithin(clock, end, waitMs)
    return store.runs.get(organizationId, runId)
  }

  return {
    wait,
    checkSteps: (organizationId, steps) => validators.checkSteps(organizationId, steps),
    judgesPages,

    async submit(request) {
      const { workflow, submission, waitMs, monitorId = null } = request
      validators.checkSubmission(workflow.steps, submission)
      if (submission.content === null && submission.url !== null) parts.checkUrl(submission.url)
      if (judging.stopped) throw shuttingDown()
      const before = judging.size + entering.size
      assertPlace(workflow.organizationId, before)
      const status = before < parts.threads ? 'RUNNING' : 'PENDING'
      const run = startRun({ ...birthOf(workflow), monitorId }, submission, status)
      const claim = claimFor(request, RUN_OPERATION, run)
      entering.set(run.id, run)
      const accepted = await parts
        .accept({ claim, run, submission: submission.content, events: [], target: null })
        .finally(() => entering.delete(run.id))
      if (accepted.outcome === 'conflict') throw idempotencyConflict()
      const answer =
        accepted.outcome === 'replayed'
          ? await earlier(run.organizationId, accepted.resourceId)
          : { run, replayed: false }
      if (!answer.replayed) void judging.begin(run, workflow, submission).catch(() => undefined)
      return { ...answer, run: (await wait(run.organizationId, answer.run.id, waitMs)) ?? answer.run }
    },

    async report(request) {
      if (judging.stopped) throw shuttingDown()
      const reported = reportedRun(birthOf(request.workflow), request.report)
      const { run, accepted } = await ending.end({
        workflow: request.workflow,
        subject: reported.subject,
        makeRun: () => reported,
        claim: claimFor(request, 'result', reported),
      })
      if (accepted.outcome === 'conflict') throw idempotencyConflict()
      if (accepted.outcome === 'replayed') return earlier(run.organizationId, accepted.resourceId)
      watch.runEnded(run, null)
      return { run, replayed: false }
    },

    async cancel(organizationId, runId) {
      const run = await store.runs.get(organizationId, runId)
      if (run === null) return null
      if (isEnded(run)) throw runEnded(run)
      const end = judging.endOf(runId) ?? (await beginUnfinished(run))
      judging.cancel(runId)
      const ended = await end
      if (ended.result !== 'CANCELED') throw runEnded(ended)
      return ended
    },

    resume: takeUp,

    stop: () => judging.stop(),
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

function runEnded({ result }: Run): Problem {
  return new Problem('run_ended', `The run has ended already: ${result}.`)
}
