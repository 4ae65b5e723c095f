import type { Webhook, WebhookChange } from '../../src/core/webhook.ts'
import type { WebhookChanged } from '../invariants/history.ts'
import { sampleWebhook } from '../support/samples.ts'
import type { Dice } from './dice.ts'
import { FILTER_TEXTS } from './filters.ts'
import { RECEIVERS } from './receivers/index.ts'
import type { Receiver } from './receivers/receiver.ts'
import { EVENT_TYPES } from './traffic.ts'
import type { OwnedWebhook, Tenant, World } from './world.ts'

const OPERATIONAL_TYPES = ['webhook.failing', 'webhook.disabled', 'webhook.recovered'] as const
const SCHEDULES = [[60, 300, 1800, 3600], [], [10], [1, 2, 3], [30, 30], [600, 7200], [0, 5, 60]] as const

/** A credential in a static header, which the log must not show. */
export const RECEIVERS_API_KEY = 'a-key-of-the-receiver'

/** Registers a webhook that leads to a receiver of some kind. */
export async function createWebhook(world: World, tenant: Tenant, dice: Dice): Promise<void> {
  const { receivers = Object.keys(RECEIVERS) } = world.scenario
  const kinds = receivers.map((name) => [RECEIVERS[name]!.weight, RECEIVERS[name]!.make] as const)
  const receiver = dice.weighted(kinds)(dice.fork(`receiver ${world.webhooks.length}`))
  const host = hostFor(world, receiver, dice)
  await register(
    world,
    tenant,
    { receiver, host, policy: policy(tenant, dice, world.scenario.newsShare) },
    dice,
  )
}

/** One that is sent everything, never answers, and is never stopped for it. */
export async function createHangingWebhook(world: World, tenant: Tenant, dice: Dice): Promise<void> {
  const stubborn = {
    ...policy(tenant, dice),
    events: [...EVENT_TYPES],
    filter: null,
    retrySchedule: [],
    disableAfter: 0,
  }
  const wanted = { receiver: SILENT, host: dice.pick(SHARED_HOSTS), policy: { ...stubborn, ...UNBRIDLED } }
  await register(world, tenant, wanted, dice)
}

const SILENT: Receiver = { prompt: false, react: () => null }
const UNBRIDLED = { scope: { type: 'organization' }, rateLimit: null, ordering: null } as const

interface Wanted {
  receiver: Receiver
  host: string
  policy: Pick<Webhook, PolicyField>
}

async function register(
  world: World,
  tenant: Tenant,
  { receiver, host, policy }: Wanted,
  dice: Dice,
): Promise<void> {
  const node = world.cluster.current()
  if (node === null) return
  const id = node.ids.make('webhook')
  const now = node.process.clock.now()
  const owned: OwnedWebhook = { id, tenant, prompt: receiver.prompt, deleted: false }
  const signatures = dice.weighted<Webhook['signatures']>([
    [8, ['v1']],
    [1, ['v1a']],
    [1, ['v1', 'v1a']],
  ])
  const webhook = sampleWebhook({
    organizationId: tenant.organization.id,
    id,
    url: world.network.join(host, {
      webhookId: id,
      organizationId: tenant.organization.id,
      receiver,
    }),
    description: tenant.marker,
    signatures,
    ...world.vault.makeKeys({ organizationId: tenant.organization.id, id }, signatures),
    headers: dice.chance(0.3) ? { 'X-Owner': tenant.marker, 'X-Api-Key': RECEIVERS_API_KEY } : {},
    createdAt: now,
    updatedAt: now,
    ...policy,
  })
  await node.store.webhooks.create(webhook, null)
  world.webhooks.push(owned)
}

/** Hosts at which webhooks of all organizations may lead to receivers of all kinds, as at hooks.slack.com. */
const SHARED_HOSTS = ['shared-1.example.com', 'shared-2.example.com'] as const
const SHARED_SHARE = 0.4

function hostFor({ network }: World, receiver: Receiver, dice: Dice): string {
  const isShared = dice.chance(SHARED_SHARE) && receiver.resolve === undefined
  return isShared ? dice.pick(SHARED_HOSTS) : network.ownHost()
}

/** What an owner may set, as they might set it. */
export function policy(tenant: Tenant, dice: Dice, newsShare = 0.2): Pick<Webhook, PolicyField> {
  return {
    events: [
      ...EVENT_TYPES.filter(() => dice.chance(0.6)),
      ...OPERATIONAL_TYPES.filter(() => dice.chance(newsShare)),
    ],
    scope: dice.weighted<Webhook['scope']>([
      [4, { type: 'organization' }],
      [1, { type: 'project', id: dice.pick(tenant.projectIds) }],
      [1, { type: 'workflow', id: dice.pick(tenant.workflowIds) }],
    ]),
    filter: dice.chance(0.2) ? dice.pick(FILTER_TEXTS) : null,
    retrySchedule: [...dice.pick(SCHEDULES)],
    disableAfter: dice.pick([0, 1, 2, 5, 5, 5, 20]),
    rateLimit: dice.chance(0.15) ? { requests: dice.integer(1, 10), seconds: dice.pick([1, 10, 60]) } : null,
    ordering: dice.weighted<Webhook['ordering']>([
      [8, null],
      [1, 'webhook'],
      [1, 'key'],
    ]),
  }
}

type PolicyField = 'events' | 'scope' | 'filter' | 'retrySchedule' | 'disableAfter' | 'rateLimit' | 'ordering'

/** Asks for a change as the API does, and notes when it became durable and when its owner knew. */
export async function change(
  world: World,
  { id, tenant }: OwnedWebhook,
  what: WebhookChanged['what'],
  decide: (webhook: Webhook, now: number) => WebhookChange,
  held: WebhookChanged['held'] = null,
): Promise<void> {
  const node = world.cluster.current()
  if (node === null) return
  const { notes } = world
  const askedAt = notes.now()
  const written: WebhookChanged[] = []
  try {
    // The store asks inside the transaction, so this is the moment at which it is made.
    await node.webhooks.change(tenant.organization.id, id, (webhook) => {
      const decided = decide(webhook, node.process.clock.now())
      const at = { askedAt, committedAt: notes.now(), answeredAt: null }
      const noted = { webhookId: id, what, held, ...at, webhook: decided.webhook, order: notes.nextOrder() }
      notes.changes.push(noted)
      written.push(noted)
      return decided
    })
  } catch {
    return // Refused: nothing was written, and the owner may try again another time.
  }
  for (const noted of written) noted.answeredAt = notes.now()
}

/** One of the webhooks that are there, or null. */
export function someWebhook(world: World, dice: Dice): OwnedWebhook | null {
  const there = world.webhooks.filter((owned) => !owned.deleted)
  return there.length === 0 ? null : dice.pick(there)
}
