import { createHash } from 'node:crypto'
import { renderBody } from '../../src/catalogue/render-body.ts'
import { Problem } from '../../src/core/errors.ts'
import type { Event } from '../../src/core/event.ts'
import type { IdempotencyClaim } from '../../src/store/claim.ts'
import type { Ingest, IngestedEvent } from '../invariants/history.ts'
import type { Dice } from './dice.ts'
import { passedFilters } from './filters.ts'
import type { SimulatedNode } from './node.ts'
import type { Tenant, World } from './world.ts'

/** Of every dialect, so that every way of signing is used. */
export const EVENT_TYPES = [
  'run.completed',
  'run.failed',
  'validation.failed',
  'order.paid',
  'order.shipped',
] as const

/** One request that publishes events, as its producer would repeat it. */
export interface Publication {
  tenant: Tenant
  /** Null: published without one. */
  idempotencyKey: string | null
  /** What is said; the same says the same. */
  contents: readonly {
    type: string
    key: string | null
    text: string
    projectId: string
    workflowId: number
  }[]
}

export function compose(
  tenant: Tenant,
  count: number,
  idempotencyKey: string | null,
  dice: Dice,
): Publication {
  const contents = Array.from({ length: count }, () => ({
    type: dice.pick(EVENT_TYPES),
    key: dice.chance(0.5) ? `key-${dice.integer(1, 4)}` : null,
    text: dice.bytes(dice.pick([4, 40, 400])).toString('hex'),
    projectId: dice.pick(tenant.projectIds),
    workflowId: dice.pick(tenant.workflowIds),
  }))
  return { tenant, idempotencyKey, contents }
}

/** Asks whoever serves to accept it. Resolves when it is answered, which may be never; at once when nobody serves. */
export async function publish(world: World, publication: Publication): Promise<Ingest | null> {
  const node = world.cluster.current()
  if (node === null) return null
  const events = publication.contents.map((content) => eventOf(node, publication.tenant, content))
  const claim = claimOf(node, publication, events)
  const ingest: Ingest = {
    organizationId: publication.tenant.organization.id,
    askedAt: world.notes.now(),
    answeredAt: null,
    status: null,
    idempotency: claim === null ? null : { key: claim.key, requestHash: claim.requestHash },
    events: events.map((event) => named(event)),
  }
  world.notes.ingests.push(ingest)
  try {
    const accepted = await node.pipeline.accept({ claim, run: null, submission: null, events, target: null })
    if (accepted.outcome === 'accepted') {
      ingest.status = 202
      ingest.events = events.map((event, index) => named(event, accepted.deliveries[index]))
    } else if (accepted.outcome === 'replayed') {
      ingest.status = 202
      ingest.events = events.map((event, index) => ({
        ...named(event),
        id: accepted.resourceId.split(' ')[index] ?? '',
        // It was rendered at another time.
        bodyHash: null,
      }))
    } else {
      ingest.status = 409
      ingest.events = []
    }
  } catch (error) {
    ingest.status = error instanceof Problem ? error.status : 500
    ingest.events = []
    if (!(error instanceof Problem)) world.notes.failures.push(`accepting: ${String(error)}`)
  }
  ingest.answeredAt = world.notes.now()
  return ingest
}

function eventOf(node: SimulatedNode, tenant: Tenant, content: Publication['contents'][number]): Event {
  const now = node.process.clock.now()
  const { type, key, text, projectId, workflowId } = content
  return {
    id: node.ids.make('evt'),
    organizationId: tenant.organization.id,
    type,
    timestamp: now,
    createdAt: now,
    body: renderBody(type, now, { text, owner: tenant.marker }),
    projectId,
    workflowId,
    runId: null,
    key,
  }
}

function claimOf(
  node: SimulatedNode,
  publication: Publication,
  events: readonly Event[],
): IdempotencyClaim | null {
  const { idempotencyKey, tenant, contents } = publication
  if (idempotencyKey === null) return null
  return {
    organizationId: tenant.organization.id,
    operation: 'publishEvents',
    key: idempotencyKey,
    requestHash: sha256(JSON.stringify(contents)),
    resourceId: events.map((event) => event.id).join(' '),
    createdAt: node.process.clock.now(),
  }
}

export function named(event: Event, deliveries: number | null = null): IngestedEvent {
  const { id, type, body } = event
  return { id, type, bodyHash: sha256(body), deliveries, targetId: null, passes: passedFilters(event) }
}

function sha256(bytes: Buffer | string): string {
  return createHash('sha256').update(bytes).digest('hex')
}
