import type { FilterWarning, TestAnswer, WebhookFacts, WebhookService } from '../api/services.ts'
import { webhookTestContent } from '../catalogue/bodies/validgraph.ts'
import { renderBody } from '../catalogue/render-body.ts'
import type { Remark } from '../cel/shapes/prospect.ts'
import type { Clock } from '../core/clock.ts'
import { fieldProblem, Problem, shuttingDown } from '../core/errors.ts'
import type { Event } from '../core/event.ts'
import { createGate, type Gate } from '../core/gate.ts'
import type { Ids } from '../core/ids.ts'
import { LIMITS } from '../core/limits.ts'
import type { Organization } from '../core/organization.ts'
import { isChannel, type Webhook } from '../core/webhook.ts'
import type { DeliveryPipeline } from './delivery-pipeline.ts'
import { createFilterCheck, type FilterCheckParts } from './filter-check.ts'
import type { Store } from '../store/store.ts'
import { createReplay, type ReplayParts } from './webhook-replay.ts'

export interface WebhookServiceParts {
  store: Pick<Store, 'webhooks' | 'deliveries' | 'eventTypes'>
  pipeline: Pick<DeliveryPipeline, 'accept' | 'dispatcher'>
  checkUrl: (url: string) => void
  checkFilter: FilterCheckParts['check']
  judgeFilters: ReplayParts['judgeFilters']
  clock: Clock
  ids: Ids
}

/** What the API may do to a webhook that also concerns the engine: the store and the dispatcher are told in step. */
export function createWebhookService(parts: WebhookServiceParts): WebhookService {
  const { store, pipeline, clock, ids } = parts
  const tests = createLimiter(LIMITS.testsInFlightMax, 'tests')
  const replays = createLimiter(LIMITS.replaysInFlightMax, 'replays')

  const checkFilter = createFilterCheck({ store, check: parts.checkFilter })

  const filterWarnings: WebhookService['filterWarnings'] = async (organizationId, filter, types, field) => {
    try {
      const prospect = await checkFilter(organizationId, filter, types)
      if (prospect.refused === null) return warningsFrom(prospect.remarks, field)
      // It was good once: its types have been declared otherwise since.
      return [{ code: 'filter_never_true', field, message: prospect.refused }]
    } catch (error) {
      // What it belongs to is shown whether or not it can be judged right now.
      if (error instanceof Problem) return null
      throw error
    }
  }

  async function warningsOf({ organizationId, filter, events }: Webhook): Promise<WebhookFacts['warnings']> {
    return filter === null ? [] : filterWarnings(organizationId, filter, events, 'filter')
  }

  async function facts(webhooks: readonly Webhook[]): Promise<ReadonlyMap<string, WebhookFacts>> {
    const heldMax = Math.ceil(LIMITS.heldCountedMax / Math.max(1, webhooks.length))
    const tallies = await store.webhooks.tallies(
      webhooks.map(({ id }) => id),
      heldMax,
    )
    const known = webhooks.map(async (webhook): Promise<[string, WebhookFacts]> => {
      const tally = tallies.get(webhook.id)
      if (tally === undefined) throw new Error(`nothing was counted of ${webhook.id}`)
      return [webhook.id, { ...tally, warnings: await warningsOf(webhook) }]
    })
    return new Map(await Promise.all(known))
  }

  const replay = createReplay({
    store,
    dispatcher: pipeline.dispatcher,
    judgeFilters: parts.judgeFilters,
    clock,
  })

  async function test(organization: Organization, webhook: Webhook): Promise<TestAnswer> {
    const event = testEvent(organization, webhook, ids, clock.now())
    const target = { webhookId: webhook.id, kind: 'test' as const }
    const accepted = await pipeline.accept({
      claim: null,
      run: null,
      submission: null,
      events: [event],
      target,
    })
    const leased = accepted.outcome === 'accepted' ? accepted.leased[0] : undefined
    if (leased === undefined) throw new Error(`The test of ${webhook.id} was not stored`)
    await pipeline.dispatcher.sendNow(leased, webhook)
    const [attempt] = await store.deliveries.attempts(organization.id, leased.delivery.id)
    if (attempt === undefined) throw new Error(`The test ${leased.delivery.id} left no attempt`)
    return {
      deliveryId: leased.delivery.id,
      eventId: event.id,
      attempt,
      requestBody: isChannel(webhook) ? Buffer.alloc(0) : event.body,
    }
  }

  return {
    checkUrl: parts.checkUrl,

    async checkFilter(organizationId, filter, types, field = 'filter') {
      const prospect = await checkFilter(organizationId, filter, types)
      if (prospect.refused !== null) throw fieldProblem('filter_not_usable', field, prospect.refused)
      return warningsFrom(prospect.remarks, field)
    },

    filterWarnings,

    facts,

    async resend(organizationId, deliveryId, idempotency) {
      const now = clock.now()
      const claim = idempotency && {
        ...{ organizationId, operation: 'resendDelivery', ...idempotency },
        ...{ resourceId: deliveryId, createdAt: now },
      }
      const outcome = await store.deliveries.resend(organizationId, deliveryId, claim, now)
      if (outcome?.outcome === 'queued') {
        const { id, webhookId } = outcome.delivery
        pipeline.dispatcher.noteByHand(id, webhookId, organizationId)
      }
      return outcome
    },

    replay(webhook, wanted) {
      const { organizationId } = webhook
      return replays.pass({ organizationId }, () => replay(webhook, wanted))
    },

    async change(organizationId, id, decide) {
      // Paused first, so that no attempt can start between the commit and the dispatcher's hearing of it.
      const known = await store.webhooks.get(organizationId, id)
      if (known === null) return null
      const resume = pipeline.dispatcher.pause(id, organizationId)
      let changed: Webhook | null = null
      try {
        changed = await store.webhooks.change(organizationId, id, decide)
        return changed
      } finally {
        // What this very change made of it, not what is stored by now: a later change tells its own.
        resume(changed)
      }
    },

    async test(organization, webhook) {
      if (pipeline.dispatcher.draining) {
        throw shuttingDown()
      }
      return tests.pass({ organizationId: organization.id }, () => test(organization, webhook))
    },
  }
}

function warningsFrom(remarks: readonly Remark[], field: string): FilterWarning[] {
  return remarks.map(({ code, message }) => ({ code: `filter_${code}`, field, message }))
}

/** Nobody waits: whoever asks for one more than there may be at once, or more than its part of them, is refused. */
function createLimiter(placesMax: number, what: string): Gate {
  return createGate({
    placesMax,
    waitersMax: 0,
    refuse: () =>
      new Problem(
        'overloaded',
        `Too many ${what} of this organization, or of all, are under way. Try again in a moment.`,
      ),
  })
}

function testEvent(organization: Organization, webhook: Webhook, ids: Ids, now: number): Event {
  return {
    id: ids.make('evt'),
    organizationId: organization.id,
    type: 'webhook.test',
    timestamp: now,
    createdAt: now,
    body: renderBody('webhook.test', now, webhookTestContent(webhook.id)),
    projectId: null,
    workflowId: null,
    runId: null,
    key: null,
  }
}
