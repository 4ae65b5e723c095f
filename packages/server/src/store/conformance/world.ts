import type { AttemptReport } from '../../core/attempt.ts'
import type { LeasedDelivery } from '../../core/delivery.ts'
import type { Event } from '../../core/event.ts'
import { createIds } from '../../core/ids.ts'
import type { Ids } from '../../core/ids.ts'
import { LIMITS } from '../../core/limits.ts'
import type { Organization, Project } from '../../core/organization.ts'
import { systemRandom } from '../../core/random.ts'
import type { Run } from '../../core/run.ts'
import { FRESH_TELLING, type Webhook, type WebhookChange } from '../../core/webhook.ts'
import type { Workflow } from '../../core/workflow.ts'
import type { EngineOptions } from '../options.ts'
import type { IdempotencyClaim, Store } from '../store.ts'
import type {
  AcceptOutcome,
  AcceptUnit,
  AttemptResult,
  ClaimOutcome,
  Decisions,
  LaneClaim,
  ResultOutcome,
  WorkBatch,
  WorkOutcome,
} from '../work.ts'
import { plainDecisions } from './decisions.ts'

const START = Date.UTC(2026, 0, 1)
export const EVENT_TYPE = 'invoice.paid'
/** Few, so that a move of not many deliveries takes several slices. */
export const MOVE_ROWS_PER_SLICE = 10
/** Of what follows the commit of its event, so that it takes few webhooks to see it. */
export const FANOUT_ROWS_PER_SLICE = 7
const SLICES_MAX = 1_000

/** A store under test and what puts its pieces away again. */
export interface Opened {
  store: Store
  cleanUp: () => Promise<void>
}
export type Open = (options: EngineOptions) => Promise<Opened>

export type Accepted = Extract<AcceptOutcome, { outcome: 'accepted' }>
export type Settled = Extract<ResultOutcome, { stale: false }>

/** A tenant with one of each thing it needs to own others. */
export interface Tenant {
  organization: Organization
  project: Project
  workflow: Workflow
}

/** A fresh store, a clock held by the test, and short ways to say what most tests have to say. */
export interface World extends Tenant {
  store: Store
  ids: Ids
  clock: { now: number }
  addTenant: (slug: string) => Promise<Tenant>
  addWebhook: (changes?: Partial<Webhook>) => Promise<Webhook>
  event: (changes?: Partial<Event>) => Event
  run: (changes?: Partial<Run>) => Run
  claim: (changes?: Partial<IdempotencyClaim>) => IdempotencyClaim
  commit: (batch: Partial<WorkBatch>, decisions?: Partial<Decisions>) => Promise<WorkOutcome>
  /** Commits one unit. */
  acceptUnit: (unit: Partial<AcceptUnit>, decisions?: Partial<Decisions>) => Promise<AcceptOutcome>
  /** Commits one unit of these events that must be accepted; by default one event, leased at once. */
  accept: (events?: Event[], decisions?: Partial<Decisions>) => Promise<Accepted>
  /** Accepts one event for the one webhook there is, and gives its lease. */
  lease: (changes?: Partial<Event>) => Promise<LeasedDelivery>
  settle: (leased: LeasedDelivery, report: AttemptReport, decisions?: Partial<Decisions>) => Promise<Settled>
  /** Claims what is due of a webhook. */
  claimDue: (webhook: Webhook, changes?: Partial<LaneClaim>) => Promise<ClaimOutcome>
  /** Changes a webhook of the first tenant. */
  change: (webhook: Webhook, decide: (webhook: Webhook) => WebhookChange) => Promise<Webhook>
  /** Makes all moves that are left; answers in how many slices. */
  moveAll: () => Promise<number>
  /** Makes all deliveries that are left to make; answers in how many slices. */
  bearAll: () => Promise<number>
}

/** A subject's tests; `the()` gives the world of the test that runs. */
export type Subject = (the: () => World) => void

export async function createWorld(
  open: Open,
  options: Partial<EngineOptions> = {},
): Promise<World & { cleanUp: () => Promise<void> }> {
  const clock = { now: START }
  const ids = createIds(
    { now: () => clock.now, monotonic: () => clock.now, after: () => ({ cancel: () => undefined }) },
    systemRandom,
  )
  const { store, cleanUp } = await open({
    now: () => clock.now,
    makeDeliveryId: () => ids.make('dlv'),
    moveRowsPerSlice: MOVE_ROWS_PER_SLICE,
    fanoutRowsPerSlice: FANOUT_ROWS_PER_SLICE,
    ...options,
  })
  const addTenant = (slug: string) => createTenant(store, ids, clock.now, slug)
  const tenant = await addTenant('acme')
  const makers = createMakers(tenant, ids, clock)

  async function commit(batch: Partial<WorkBatch>, decisions: Partial<Decisions> = {}): Promise<WorkOutcome> {
    const whole = { accepts: [], results: [], claims: [], releases: [], now: clock.now, ...batch }
    return store.work.commit(whole, { ...plainDecisions, ...decisions })
  }

  async function acceptUnit(
    unit: Partial<AcceptUnit>,
    decisions?: Partial<Decisions>,
  ): Promise<AcceptOutcome> {
    const { accepts } = await commit({ accepts: [unitOf(unit)] }, decisions)
    return accepts[0]!
  }

  async function accept(events = [makers.event()], decisions?: Partial<Decisions>): Promise<Accepted> {
    return accepted(await acceptUnit({ events }, decisions))
  }

  return {
    ...tenant,
    ...makers,
    store,
    cleanUp,
    ids,
    clock,
    addTenant,
    async addWebhook(changes) {
      const webhook = makers.webhook(changes)
      await store.webhooks.create(webhook, null)
      return webhook
    },
    commit,
    acceptUnit,
    accept,
    async lease(changes) {
      const { leased } = await accept([makers.event(changes)])
      return leased[0]!
    },
    async settle(leased, report, decisions) {
      const { results } = await commit({ results: [resultOf(leased, report)] }, decisions)
      return settled(results[0]!)
    },
    async claimDue(webhook, changes) {
      const { claims } = await commit({ claims: [claimOf(webhook, changes)] })
      return claims[0]!
    },
    async change(webhook, decide) {
      const changed = await store.webhooks.change(tenant.organization.id, webhook.id, decide)
      if (changed === null) throw new Error(`webhook ${webhook.id} is not there`)
      return changed
    },
    async moveAll() {
      for (let slices = 0; slices < SLICES_MAX; slices += 1) {
        if ((await store.work.moveWaiting()) === null) return slices
      }
      throw new Error('the moves do not end')
    },
    async bearAll() {
      for (let slices = 0; slices < SLICES_MAX; slices += 1) {
        if ((await store.work.bearWaiting()) === null) return slices
      }
      throw new Error('the deliveries do not end')
    },
  }
}

export function resultOf({ delivery }: LeasedDelivery, report: AttemptReport): AttemptResult {
  return { deliveryId: delivery.id, fence: delivery.fence, report, leased: delivery }
}

export function claimOf({ id }: Pick<Webhook, 'id'>, changes: Partial<LaneClaim> = {}): LaneClaim {
  return { webhookId: id, limit: 10, bytesMax: LIMITS.claimBytesMax, ...changes }
}

export function unitOf(unit: Partial<AcceptUnit>): AcceptUnit {
  return { claim: null, run: null, submission: null, events: [], target: null, ...unit }
}

export function accepted(outcome: AcceptOutcome): Accepted {
  if (outcome.outcome === 'refused') throw outcome.error
  if (outcome.outcome !== 'accepted') throw new Error(`accepted was expected, not ${outcome.outcome}`)
  return outcome
}

export function settled(outcome: ResultOutcome): Settled {
  if (outcome.stale) throw new Error('the result was stale')
  return outcome
}

/** The delivery as the store has it now. */
export async function deliveryNow(world: World, leased: Pick<LeasedDelivery, 'delivery'>) {
  const row = await world.store.deliveries.get(leased.delivery.organizationId, leased.delivery.id)
  if (row === null) throw new Error(`delivery ${leased.delivery.id} is not there`)
  return row
}

async function createTenant(store: Store, ids: Ids, now: number, slug: string): Promise<Tenant> {
  const organization = await store.organizations.create(
    { slug, name: slug.toUpperCase(), tier: 'enterprise', createdAt: now },
    ids.make('proj'),
  )
  const project = await store.projects.default(organization.id)
  const created = await store.workflows.create(
    {
      organizationId: organization.id,
      projectId: project.id,
      slug: 'check',
      name: 'Check',
      scoreThreshold: 5,
      steps: [],
      createdAt: now,
      updatedAt: now,
    },
    null,
  )
  if (created.outcome !== 'created') throw new Error(`the workflow was ${created.outcome}`)
  return { organization, project, workflow: created.row }
}

function createMakers({ organization, project, workflow }: Tenant, ids: Ids, clock: { now: number }) {
  return {
    webhook: (changes: Partial<Webhook> = {}): Webhook => ({
      id: ids.make('webhook'),
      organizationId: organization.id,
      carrier: 'webhook',
      url: 'https://receiver.example/hook',
      description: 'of the conformance suite',
      events: [EVENT_TYPE],
      scope: { type: 'organization' },
      sealedSecret: 'sealed',
      signingKey: null,
      signatures: ['v1'],
      retired: null,
      headers: { 'x-team': 'billing' },
      retrySchedule: [60, 300],
      disableAfter: 5,
      rateLimit: null,
      ordering: null,
      filter: null,
      revision: 1,
      createdAt: clock.now,
      updatedAt: clock.now,
      deletedAt: null,
      activatedAt: 1,
      status: 'active',
      health: 'healthy',
      failureCount: 0,
      exhaustedInStreak: false,
      lastError: null,
      lastTriggeredAt: null,
      pausedUntil: null,
      telling: FRESH_TELLING,
      ...changes,
    }),
    event: (changes: Partial<Event> = {}): Event => ({
      id: ids.make('evt'),
      organizationId: organization.id,
      type: EVENT_TYPE,
      timestamp: clock.now - 5,
      createdAt: clock.now,
      body: Buffer.from('{"type":"invoice.paid"}'),
      projectId: null,
      workflowId: null,
      runId: null,
      key: null,
      ...changes,
    }),
    run: (changes: Partial<Run> = {}): Run => ({
      id: ids.uuid(),
      organizationId: organization.id,
      workflowId: workflow.id,
      projectId: project.id,
      monitorId: null,
      status: 'PENDING',
      result: 'UNKNOWN',
      source: 'builtin',
      submission: {
        fileName: 'order.json',
        contentType: 'application/json',
        url: null,
        subject: null,
        metadata: {},
      },
      subject: 'order.json',
      settings: 'settings-1',
      findings: [],
      counts: { error: 0, warning: 0, info: 0 },
      score: null,
      scoredTypes: null,
      seen: null,
      errorCategory: null,
      createdAt: clock.now,
      startedAt: null,
      endedAt: null,
      durationMs: null,
      ...changes,
    }),
    claim: (changes: Partial<IdempotencyClaim> = {}): IdempotencyClaim => ({
      organizationId: organization.id,
      operation: 'events.create',
      key: 'key-1',
      requestHash: 'a'.repeat(64),
      resourceId: ids.make('evt'),
      createdAt: clock.now,
      ...changes,
    }),
  }
}
