import type { Organization } from '../../src/core/organization.ts'
import { Problem } from '../../src/core/errors.ts'
import { createIds } from '../../src/core/ids.ts'
import { startRun } from '../../src/core/run-lifecycle.ts'
import { documentSubmission, type Run, type Submission, type Verdict } from '../../src/core/run.ts'
import type { Workflow } from '../../src/core/workflow.ts'
import type { FetchPage, PageAnswer } from '../../src/pipelines/run-verdicts.ts'
import { createRunPipeline, type RunParts } from '../../src/pipelines/run-pipeline.ts'
import { plainDecisions } from '../../src/store/conformance/decisions.ts'
import { createMemoryStore } from '../../src/store/memory/index.ts'
import type { AcceptUnit } from '../../src/store/work.ts'
import { createSeededRandom, createVirtualClock, START_MS } from './virtual-clock.ts'

export const PASS: Verdict = {
  result: 'PASS',
  findings: [],
  counts: { error: 0, warning: 0, info: 0 },
  score: null,
  scoredTypes: null,
  seen: null,
  errorCategory: null,
}

export const DOCUMENT: Submission = documentSubmission(Buffer.from('{}'), 'application/json')

/** A page that is being fetched, for the test to say what comes of it. */
export interface HeldPage {
  url: string
  signal: AbortSignal
  answer: (page: PageAnswer) => void
}

export interface RunWorldOptions {
  judge?: RunParts['validators']['judge']
  judgeExpressions?: RunParts['judgeExpressions']
  threads?: number
}

/** A run pipeline over virtual time and a memory store; validators and pages do what the test says. */
export async function createRunWorld(options: RunWorldOptions = {}) {
  const clock = createVirtualClock()
  const ids = createIds(clock, createSeededRandom(1))
  const store = createMemoryStore({ now: () => clock.now(), makeDeliveryId: () => ids.make('dlv') })
  const failures: unknown[] = []
  const pages: HeldPage[] = []
  /** Called after a unit was committed; what it throws is all that the pipeline hears of it. */
  let afterCommit: (unit: AcceptUnit) => void | Promise<void> = () => undefined

  const fetchPage: FetchPage = (_organizationId, url, signal) =>
    new Promise((resolve) => {
      const held = { url, signal, answer: resolve }
      pages.push(held)
      signal.addEventListener('abort', () => resolve({ ok: false, code: 'cancelled', message: '' }))
    })

  const make = () =>
    createRunPipeline({
      store,
      validators: {
        judge: options.judge ?? (async () => PASS),
        checkSteps: async () => undefined,
        checkSubmission: () => undefined,
        close: async () => undefined,
      },
      fetchPage,
      checkUrl: () => undefined,
      async accept(unit) {
        const batch = { accepts: [unit], results: [], claims: [], releases: [], now: clock.now() }
        const [outcome] = (await store.work.commit(batch, plainDecisions)).accepts
        if (outcome === undefined) throw new Error('The store answered nothing')
        if (outcome.outcome === 'refused') throw outcome.error
        await afterCommit(unit)
        return outcome
      },
      judgeExpressions: options.judgeExpressions ?? (async () => new Map()),
      clock,
      ids,
      baseUrl: () => 'https://sealpost.example.com',
      threads: options.threads ?? 2,
      watch: { runEnded: () => undefined, failure: (error) => failures.push(error) },
    })

  async function tenant(slug: string): Promise<{ organization: Organization; workflow: Workflow }> {
    const organization = await store.organizations.create(
      { slug, name: slug, tier: 'enterprise', createdAt: START_MS },
      ids.make('proj'),
    )
    return { organization, workflow: await workflowOf(organization, 'pages') }
  }

  async function workflowOf({ id: organizationId }: Organization, slug: string): Promise<Workflow> {
    const { id: projectId } = await store.projects.default(organizationId)
    const times = { createdAt: START_MS, updatedAt: START_MS }
    const fields = { organizationId, projectId, slug, name: slug, steps: [], scoreThreshold: 5, ...times }
    const created = await store.workflows.create(fields, null)
    if (created.outcome !== 'created') throw new Error(`The workflow ${slug} was not made`)
    return created.row
  }

  return {
    clock,
    ids,
    store,
    failures,
    pages,
    make,
    tenant,
    workflowOf,
    onCommit: (act: typeof afterCommit): void => {
      afterCommit = act
    },
    /** A run as a stopped server leaves it. */
    leaveBehind: async (workflow: Workflow, submission = DOCUMENT): Promise<Run> => {
      const birth = { workflow, settings: '', id: ids.uuid(), now: clock.now() }
      const run = startRun(birth, submission, 'RUNNING')
      const unit = { claim: null, run, submission: submission.content, events: [], target: null }
      const batch = { accepts: [unit], results: [], claims: [], releases: [], now: clock.now() }
      await store.work.commit(batch, plainDecisions)
      return run
    },
    eventTypes: async ({ organizationId, id }: Pick<Run, 'organizationId' | 'id'>): Promise<string[]> => {
      const events = await store.runs.eventIds(organizationId, id)
      const types = await Promise.all(
        events.map(async (event) => (await store.events.get(organizationId, event))?.type ?? ''),
      )
      return types.sort()
    },
  }
}

/** What a store says that did the work and could not answer. */
export function answerLost(): Problem {
  return new Problem('store_unavailable', 'The answer was lost')
}
