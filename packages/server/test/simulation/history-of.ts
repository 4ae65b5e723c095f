import { LIMITS } from '../../src/core/limits.ts'
import { SECOND_MS } from '../../src/core/time.ts'
import type { SealedKeys, Webhook } from '../../src/core/webhook.ts'
import { MOVE_REST_MS } from '../../src/dispatch/mover.ts'
import type {
  Counter,
  History,
  Moment,
  Rows,
  SecretLife,
  Settled,
  StoreMs,
  WebhookChanged,
} from '../invariants/history.ts'
import { momentOf } from '../invariants/timeline.ts'
import { START_MS } from '../support/virtual-clock.ts'
import type { Notes } from './notes.ts'
import { RECEIVERS_API_KEY } from './owner.ts'
import { readRows } from './store/read-rows.ts'
import type { Scenario } from './scenario.ts'
import type { World } from './world.ts'

/** Ranges no socket of a webhook may lead to, listed here a second time so that a gap in the guard's own list shows. */
const DENIED = [
  '0.0.0.0/8',
  '10.0.0.0/8',
  '100.64.0.0/10',
  '127.0.0.0/8',
  '169.254.0.0/16',
  '172.16.0.0/12',
  '192.168.0.0/16',
  '::1/128',
  'fc00::/7',
  'fe80::/10',
]

/**
 * A webhook that acknowledges at once waits for slots of its own and for commits, no longer: work that was lost sight of
 * is found by a look into the store, every 30 s.
 */
const SERVED_WITHIN_MS = 20 * SECOND_MS
const SERVED_WITHIN_MS_AFTER_TROUBLE = 60 * SECOND_MS
/** After a fault of our own a delivery waits for a minute at most, as does its lane; then a lookup may take its time. */
const SERVED_WITHIN_MS_AFTER_OWN_TROUBLE = 180 * SECOND_MS
/** A slice of what a started webhook had held: what the store takes for it, and the rest after it. */
const MOVE_SLICE_MS = 2 * MOVE_REST_MS

/** What a scenario at work has come to, as the checker reads it. */
export async function historyOf(world: World): Promise<History> {
  const { notes, scenario } = world
  const webhookIds = [...new Set(notes.changes.map((change) => change.webhookId))]
  const rows = await readRows(world.backing.store, webhookIds)
  return {
    source: `simulation, seed ${scenario.seed}`,
    startedAt: START_MS,
    endedAt: notes.now(),
    atRest: true,
    clockSteps: notes.clockSteps,
    organizations: world.tenants.map(({ organization, marker }) => ({
      id: organization.id,
      markers: [marker],
    })),
    changes: notes.changes,
    secrets: webhookIds.flatMap((id) => secretsOf(world, id)),
    promptWebhooks: promptWebhooks(world, rows),
    ingests: notes.ingests,
    stored: notes.stored,
    requests: notes.requests,
    resends: notes.resends,
    replays: notes.replays,
    rows,
    removals: notes.removals,
    ...(scenario.retentionMs !== null && { heldKeptMs: scenario.retentionMs }),
    settled: withKinds(notes, rows),
    told: notes.told,
    leases: notes.leases,
    outages: notes.outages,
    ownTroubles: notes.ownTroubles,
    texts: notes.texts,
    otherSecrets: [RECEIVERS_API_KEY],
    sockets: notes.sockets,
    deniedAddresses: DENIED,
    counters: counters(notes),
  }
}

function promptWebhooks(
  { notes, webhooks, scenario }: World,
  rows: Rows,
): NonNullable<History['promptWebhooks']> {
  const trouble = notes.outages.length > 0 || notes.clockSteps.length > 0
  const ownTrouble = notes.ownTroubles.length > 0
  const promptMs = ownTrouble
    ? SERVED_WITHIN_MS_AFTER_OWN_TROUBLE
    : trouble
      ? SERVED_WITHIN_MS_AFTER_TROUBLE
      : SERVED_WITHIN_MS
  const withinMs = promptMs + fanoutMs(scenario)
  const removed = notes.removals.flatMap((removal) => removal.rows.deliveries)
  const owed = Map.groupBy([...rows.deliveries, ...removed], ({ webhookId }) => webhookId)
  // With too few others to show whose fault it is, a webhook that is not reached waits as its schedule says.
  const charged = new Set(
    notes.settled.filter((one) => one.outcome === 'failed' && !one.notSent).map((one) => one.webhookId),
  )
  const plain = webhooks.filter(
    ({ id }) =>
      notes.changes.every(({ webhookId, webhook }) => webhookId !== id || isUnbridled(webhook)) &&
      !(ownTrouble && charged.has(id)),
  )
  return plain
    .filter(({ prompt }) => prompt)
    .map(({ id: webhookId }) => {
      const slices = Math.ceil((owed.get(webhookId)?.length ?? 0) / scenario.moveRowsPerSlice)
      return { webhookId, withinMs, movesMs: slices * MOVE_SLICE_MS }
    })
}

/** What a burst's deliveries take that follow the commit of their events, slice by slice. */
function fanoutMs(scenario: Scenario): number {
  const { deliveriesAtOnceMax, fanoutRowsPerSlice, webhooksPerOrganization, burstEvents } = scenario
  if (deliveriesAtOnceMax >= LIMITS.deliveriesAtOnceMax) return 0
  return Math.ceil((burstEvents * webhooksPerOrganization) / fanoutRowsPerSlice) * MOVE_SLICE_MS
}

/** One that its owner asked to be served slowly is, and one in strict order waits for what goes before. */
function isUnbridled({ rateLimit, ordering }: Webhook): boolean {
  return rateLimit === null && ordering === null
}

/** The kind of an attempt stands in its row. */
function withKinds(notes: Notes, rows: Rows): Settled[] {
  const removed = notes.removals.flatMap((removal) => removal.rows.attempts)
  const kinds = new Map(
    [...rows.attempts, ...removed].map((attempt) => [
      `${attempt.deliveryId}/${attempt.number}`,
      attempt.kind,
    ]),
  )
  return notes.settled.map(({ number, ...settled }) => ({
    ...settled,
    kind: kinds.get(`${settled.deliveryId}/${number}`) ?? 'auto',
  }))
}

function counters({ counts, leases }: Notes): Counter[] {
  const kept = (Object.keys(counts) as (keyof Notes['counts'])[]).map((what) => ({
    what,
    value: counts[what],
  }))
  const dropped = leases.filter((step) => step.what === 'dropped').length
  return [...kept, { what: 'results dropped' as const, value: dropped }].map((counter) => ({
    ...counter,
    organizationId: null,
  }))
}

/** What a webhook's row said, change after change, tells when each of its keys signed. */
function secretsOf(world: World, webhookId: string): SecretLife[] {
  const changes = world.notes.changes.filter((change) => change.webhookId === webhookId)
  const rows = changes.map((change) => change.webhook)
  const sealed = new Map(rows.filter((row) => row.sealedSecret !== '').map((row) => [row.sealedSecret, row]))
  const pairs = new Set(rows.flatMap((row) => row.signingKey?.publicKey ?? []))
  return [
    ...[...sealed].map(([text, webhook]): SecretLife => {
      const key = { scheme: 'v1', secret: world.vault.open(webhook, text) } as const
      return { webhookId, key, ...lifeOf(world, changes, (keys) => keys.sealedSecret === text) }
    }),
    ...[...pairs].map((publicKey): SecretLife => {
      const key = { scheme: 'v1a', publicKey } as const
      return { webhookId, key, ...lifeOf(world, changes, (keys) => keys.signingKey?.publicKey === publicKey) }
    }),
  ]
}

function lifeOf(
  world: World,
  changes: readonly WebhookChanged[],
  isIt: (keys: SealedKeys) => boolean,
): Pick<SecretLife, 'since' | 'until'> {
  const first = changes.findIndex((change) => isIt(change.webhook))
  const since = momentOf(changes[first]!)
  let until: Moment | null = null
  for (const change of changes.slice(first + 1)) {
    const { retired } = change.webhook
    if (isIt(change.webhook)) until = null
    else if (retired !== null && isIt(retired)) until = reached(world, retired.until)
    else return { since, until: earlier(until, momentOf(change)) }
  }
  return { since, until }
}

function earlier(one: Moment | null, other: Moment): Moment {
  if (one === null) return other
  return [Math.min(one[0], other[0]), Math.min(one[1], other[1])]
}

/** When the store's clock passed a time: from the first moment it showed it to the last one it did not yet. */
function reached({ notes }: World, time: StoreMs): Moment {
  let offset = 0
  const spans = [{ at: START_MS, byMs: 0 }, ...notes.clockSteps].map((step, index) => {
    offset += step.byMs
    return { from: step.at, to: notes.clockSteps[index]?.at ?? Number.POSITIVE_INFINITY, offset }
  })
  const first = spans.find((span) => span.to + span.offset >= time)
  const last = spans.findLast((span) => span.from + span.offset < time)
  return [
    Math.max(first?.from ?? START_MS, time - (first?.offset ?? 0)),
    last === undefined ? START_MS : Math.min(last.to, time - last.offset),
  ]
}
