import { Problem } from '../../../src/core/errors.ts'
import { HOUR_MS } from '../../../src/core/time.ts'
import { REPLAY_STATES } from '../../../src/store/replay.ts'
import type { ReplayAsked, ResendAsked } from '../../invariants/history.ts'
import type { Dice } from '../dice.ts'
import { someWebhook } from '../owner.ts'
import type { SimulatedNode } from '../node.ts'
import type { OwnedWebhook, World } from '../world.ts'
import type { Action } from './action.ts'

/** One delivery of the last ones, whatever became of it. */
export const resendDelivery: Action = {
  name: 'resend',
  timesPerHour: (scenario) => scenario.ownerActionsPerHour * 0.4,
  async perform(world, dice) {
    const node = world.cluster.current()
    const owned = someWebhook(world, dice)
    if (node === null || owned === null) return
    const organizationId = owned.tenant.organization.id
    const recent = await node.store.deliveries.list(
      organizationId,
      { webhookId: owned.id },
      { limit: 30, before: null },
    )
    if (recent.rows.length === 0) return
    await resend(world, node, owned, dice.pick(recent.rows).id)
  },
}

async function resend(
  world: World,
  node: SimulatedNode,
  owned: OwnedWebhook,
  deliveryId: string,
): Promise<void> {
  const asked: ResendAsked = {
    ...{ webhookId: owned.id, deliveryId },
    ...{ askedAt: world.notes.now(), answeredAt: null, status: null },
  }
  world.notes.resends.push(asked)
  asked.status = await statusOf(async () => {
    const outcome = await node.webhooks.resend(owned.tenant.organization.id, deliveryId, null)
    return outcome?.outcome === 'queued' ? 202 : 409
  })
  asked.answeredAt = world.notes.now()
}

/** The events of some hours, those that the webhook never got and sometimes those it did. */
export const replayWebhook: Action = {
  name: 'replay',
  timesPerHour: (scenario) => scenario.ownerActionsPerHour * 0.05,
  async perform(world, dice) {
    const node = world.cluster.current()
    const owned = someWebhook(world, dice)
    if (node === null || owned === null) return
    const webhook = await node.store.webhooks.get(owned.tenant.organization.id, owned.id)
    if (webhook === null) return
    const now = node.process.clock.now()
    const asked: ReplayAsked = {
      ...{ webhookId: owned.id, dryRun: dice.chance(0.2), matched: null, queued: null },
      ...{ askedAt: world.notes.now(), answeredAt: null, status: null },
    }
    world.notes.replays.push(asked)
    asked.status = await statusOf(async () => {
      const answer = await node.webhooks.replay(webhook, {
        since: now - Math.round(dice.between(0.2, 6) * HOUR_MS),
        until: dice.chance(0.7) ? now : now - Math.round(dice.between(0, HOUR_MS)),
        states: statesOf(dice),
        types: null,
        dryRun: asked.dryRun,
      })
      Object.assign(asked, answer)
      return 200
    })
    asked.answeredAt = world.notes.now()
  },
}

function statesOf(dice: Dice): (typeof REPLAY_STATES)[number][] {
  return dice.chance(0.6) ? ['exhausted', 'cancelled', 'never'] : REPLAY_STATES.filter(() => dice.chance(0.5))
}

async function statusOf(ask: () => Promise<number>): Promise<number> {
  try {
    return await ask()
  } catch (error) {
    if (error instanceof Problem) return error.status
    throw error
  }
}
