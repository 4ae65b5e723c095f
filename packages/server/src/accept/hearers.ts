import { audienceOf, AUDIENCE_BYTES_PER_WEBHOOK, type Audience } from '../core/audience.ts'
import { Problem } from '../core/errors.ts'
import type { Event } from '../core/event.ts'
import { LIMITS } from '../core/limits.ts'
import type { Webhook } from '../core/webhook.ts'
import type { Store } from '../store/store.ts'
import type { AcceptUnit, Hearers } from '../store/work.ts'
import { matchCounting, type PassedOver } from '../store/passed-over.ts'
import { match } from './match.ts'

export interface FindHearersParts {
  store: { webhooks: Pick<Store['webhooks'], 'hearers'> }
  /** Lets everything else have its turn. */
  turn: () => Promise<void>
}

/** Who names an event type, page by page; null when they were changed meanwhile. */
interface Subscribers {
  webhooks: readonly Webhook[]
  version: number
}

/**
 * Finds who hears the events of a large unit, before its commit and in steps: a thousand events and as many webhooks are
 * a million questions. Null when the webhooks were changed meanwhile; ask again then. Throws what `match` throws.
 */
export async function findHearers(
  { store, turn }: FindHearersParts,
  { events, filtered }: AcceptUnit,
): Promise<Hearers | null> {
  const byType = new Map<string, Subscribers>()
  const byEvent = new Map<string, Audience>()
  /** Events of a type are heard alike, where neither their content nor their key decides. */
  const alike = new Map<string, Audience>()
  const passedOver: PassedOver = new Map()
  let [version, asked, bytes] = [null as number | null, 0, 0]
  for (const event of events) {
    const known = byType.get(event.type)
    const subscribers = known ?? (await readSubscribers(store, event, turn))
    if (subscribers === null || subscribers.version !== (version ??= subscribers.version)) return null
    byType.set(event.type, subscribers)
    if (known === undefined) bytes += AUDIENCE_BYTES_PER_WEBHOOK * subscribers.webhooks.length
    const scope = JSON.stringify([event.type, event.projectId, event.workflowId])
    let audience = alike.get(scope)
    if (audience === undefined) {
      audience = hearersAmong(event, subscribers.webhooks, filtered, passedOver)
      if (isAlikeForAll(subscribers.webhooks)) alike.set(scope, audience)
      asked += subscribers.webhooks.length
      bytes += audience.chosen?.length ?? 0
    }
    byEvent.set(event.id, audience)
    assertFits(bytes)
    if (asked < LIMITS.stepMatchesMax) continue
    asked = 0
    await turn()
  }
  return { version: version ?? 0, byEvent, passedOver }
}

async function readSubscribers(
  store: FindHearersParts['store'],
  { organizationId, type }: Event,
  turn: () => Promise<void>,
): Promise<Subscribers | null> {
  const webhooks: Webhook[] = []
  let version: number | null = null
  let after: string | null = null
  do {
    const page = await store.webhooks.hearers(organizationId, type, after, LIMITS.stepRowsMax)
    if (page.version !== (version ??= page.version)) return null
    webhooks.push(...page.webhooks)
    after = page.next
    if (after !== null) await turn()
  } while (after !== null)
  return { webhooks, version }
}

/** All share one list of ids, whatever part of it they are. */
const idsOf = new WeakMap<readonly Webhook[], readonly string[]>()

function hearersAmong(
  event: Event,
  webhooks: readonly Webhook[],
  filtered: AcceptUnit['filtered'],
  passedOver: PassedOver,
): Audience {
  const ids = idsOf.get(webhooks) ?? webhooks.map(({ id }) => id)
  idsOf.set(webhooks, ids)
  return audienceOf(ids, (place) => {
    const webhook = webhooks[place]
    return webhook !== undefined && matchCounting(match, event, webhook, filtered, passedOver)
  })
}

/** `match` looks at nothing of an event but its type and scope, unless a filter is set. */
function isAlikeForAll(webhooks: readonly Webhook[]): boolean {
  return webhooks.every(({ filter }) => filter === null)
}

/** Whom a unit is owed to is stored in its commit, which is one step. */
function assertFits(bytes: number): void {
  if (bytes <= LIMITS.stepBytesMax) return
  throw new Problem(
    'invalid_request',
    'This request has too many kinds of events for too many webhooks. Send the events in several requests.',
  )
}
