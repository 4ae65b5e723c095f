import {
  disable,
  enable,
  finishRotation,
  pause,
  remove,
  rotate,
  unpaused,
} from '../../../src/core/webhook.ts'
import { LIMITS } from '../../../src/core/limits.ts'
import { MINUTE_MS } from '../../../src/core/time.ts'
import type { Webhook, WebhookChange } from '../../../src/core/webhook.ts'
import type { Dice } from '../dice.ts'
import { change, createWebhook, policy, someWebhook } from '../owner.ts'
import { lastKnown, type OwnedWebhook, type World } from '../world.ts'
import type { Action } from './action.ts'

/** An action of owners, a share of all that owners do. */
function owning(
  name: string,
  share: number,
  perform: (world: World, owned: OwnedWebhook, dice: Dice) => Promise<void>,
): Action {
  return {
    name,
    timesPerHour: (scenario) => scenario.ownerActionsPerHour * share,
    async perform(world, dice) {
      const owned = someWebhook(world, dice)
      if (owned !== null) await perform(world, owned, dice)
    },
  }
}

export const disableWebhook = owning('disable', 0.15, (world, owned) =>
  change(world, owned, 'disabled', disable),
)

/** Mostly of those that are stopped; of one that works it does nothing. */
export const enableWebhook = owning('enable', 0.35, async (world, any, dice) => {
  const stopped = world.webhooks.filter(
    (owned) => !owned.deleted && (lastKnown(world, owned)?.status ?? 'active') !== 'active',
  )
  const owned = stopped.length > 0 && dice.chance(0.9) ? dice.pick(stopped) : any
  const held = dice.chance(0.75) ? 'send' : 'drop'
  await change(world, owned, 'enabled', (webhook, now) => enable(webhook, held, now), held)
})

/** Off and on in a hurry: changes of one webhook cross each other and its traffic. */
export const flipWebhook = owning('flip', 0.1, async (world, owned, dice) => {
  const wishes = Array.from({ length: dice.integer(2, 4) }, (_, index) => {
    if (index % 2 === 0) return change(world, owned, 'disabled', disable)
    const held = dice.chance(0.7) ? 'send' : 'drop'
    return change(world, owned, 'enabled', (webhook, now) => enable(webhook, held, now), held)
  })
  await Promise.all(wishes)
})

export const patchWebhook = owning('patch', 0.15, (world, owned, dice) =>
  change(world, owned, 'patched', (webhook, now) => patched(webhook, policy(owned.tenant, dice), now)),
)

export const patchSchedule = owning('patch schedule', 0.1, (world, owned, dice) =>
  change(world, owned, 'patched', (webhook, now) => {
    const { retrySchedule, disableAfter } = policy(owned.tenant, dice)
    return patched(webhook, { retrySchedule, disableAfter }, now)
  }),
)

/** As the API does: what stands in a line that is no longer kept leaves it. */
function patched(webhook: Webhook, fields: Partial<Webhook>, now: number): WebhookChange {
  const after = { ...webhook, ...fields, updatedAt: now }
  return { webhook: after, waiting: after.ordering === webhook.ordering ? [] : ['unorder'] }
}

/** The owner knows better than the receiver that it may be sent to. */
export const endPause = owning('end pause', 0.1, (world, owned) =>
  change(world, owned, 'patched', (webhook, now) => ({ webhook: unpaused(webhook, now), waiting: [] })),
)

export const pauseWebhook = owning('pause', 0.1, (world, owned) => change(world, owned, 'paused', pause))

export const rotateSecret = owning('rotate', 0.1, (world, owned, dice) => {
  const overlapMs = dice.weighted([
    [1, 0],
    [3, Math.round(dice.between(1, 120)) * MINUTE_MS],
    [1, LIMITS.rotationOverlapMs],
  ])
  const owner = { organizationId: owned.tenant.organization.id, id: owned.id }
  return change(world, owned, 'rotated', (webhook, now) =>
    rotate(webhook, world.vault.makeKeys(owner, webhook.signatures), overlapMs, now),
  )
})

export const finishSecretRotation = owning('finish rotation', 0.05, (world, owned) =>
  change(world, owned, 'rotation_finished', finishRotation),
)

/** One goes, another comes. */
export const replaceWebhook = owning('replace', 0.05, async (world, owned, dice) => {
  owned.deleted = true
  await change(world, owned, 'deleted', remove)
  await createWebhook(world, owned.tenant, dice)
})

/** One request, whatever the webhook's status, and no effect on it. */
export const testWebhook = owning('test', 0.1, async (world, owned) => {
  const node = world.cluster.current()
  const webhook = await node?.store.webhooks.get(owned.tenant.organization.id, owned.id).catch(() => null)
  if (node === null || webhook === null || webhook === undefined) return
  const askedAt = world.notes.now()
  const { eventId } = await node.webhooks.test(owned.tenant.organization, webhook)
  world.notes.ingests.push({
    organizationId: owned.tenant.organization.id,
    askedAt,
    answeredAt: world.notes.now(),
    status: 200,
    idempotency: null,
    events: [
      { id: eventId, type: 'webhook.test', bodyHash: null, deliveries: 1, targetId: owned.id, passes: null },
    ],
  })
})
