import type { Attempt } from '../../../src/core/attempt.ts'
import { attemptsMax } from '../../../src/core/webhook.ts'
import type { Delivery } from '../../../src/core/delivery.ts'
import type { Check } from '../check.ts'
import type { Facts } from '../facts.ts'
import type { SeenRequest } from '../history.ts'
import { recorded } from '../recorded.ts'

/** 5. An attempt tells of as many requests as it says were sent: mostly one. */
export const requestsAreRecorded: Check = {
  invariant: 5,
  needs: ['rows', 'removals', 'requests'],
  run(facts, { looked, broken }) {
    const known = Map.groupBy(facts.rows.deliveries, ({ webhookId, eventId }) => `${webhookId} ${eventId}`)
    for (const deliveries of known.values()) {
      const [delivery] = deliveries
      if (delivery === undefined) continue
      const { id: deliveryId, webhookId, eventId } = delivery
      const { pairs, lost, leftOver } = recorded(facts, delivery)
      for (let count = 0; count < pairs.length + lost.length + leftOver.length; count++) looked()
      const unknown = facts.attemptsOfAll(delivery).filter((attempt) => attempt.outcome === 'unknown').length
      const underWay = deliveries.filter(({ leasedAt }) => leasedAt !== null).length
      if (attemptsBehind(leftOver) <= unknown + underWay) continue
      const at = leftOver[0]?.at ?? 0
      broken(`${leftOver.length} requests are not in the log, and ${unknown} attempts there are unknown`, {
        deliveryId,
        webhookId,
        eventId,
        at,
      })
    }
    for (const { webhookId, headers, at } of facts.history.requests ?? []) {
      const eventId = headers['webhook-id'] ?? ''
      if (!known.has(`${webhookId} ${eventId}`))
        broken('a request without a delivery', { webhookId, eventId, at })
    }
  },
}

/**
 * How many attempts made these requests, at least. One that a crash cut off may have sent its request a second time, with the
 * same bytes, and nobody could write that down.
 */
function attemptsBehind(requests: readonly SeenRequest[]): number {
  const alike = Map.groupBy(requests, ({ headers }) => headers['webhook-timestamp'])
  return [...alike.values()].reduce((sum, { length }) => sum + Math.ceil(length / 2), 0)
}

/** 6 */
export const attemptsKeepToTheSchedule: Check = {
  invariant: 6,
  needs: ['rows', 'removals', 'resends', 'replays'],
  run(facts, { looked, broken }) {
    for (const delivery of facts.rows.deliveries) {
      looked()
      const { id: deliveryId, webhookId, eventId } = delivery
      for (const what of faultsOf(facts, delivery)) broken(what, { deliveryId, webhookId, eventId })
    }
  },
}

function faultsOf(facts: Facts, { id, webhookId, kind, state, resendOf, tries }: Delivery): string[] {
  // A test is made once; one that a crash cut off is not made again.
  const [least, most] = kind === 'test' ? [0, 1] : attemptsAllowed(facts, webhookId)
  const known = facts.attemptsOf(id).filter(counts)
  const rightKind = kind === 'test' ? 'test' : resendOf === null ? 'auto' : 'manual'
  const wrongKind = facts.attemptsOf(id).find((attempt) => attempt.kind !== rightKind)
  const givenUp = state === 'exhausted' && known.length < least
  const misplaced = kind === 'auto' && tries !== known.length
  const unasked = resendOf !== null && timesAsked(facts, resendOf, webhookId) === 0
  return [
    ...(unasked ? ['was sent again, and nobody had asked for it'] : []),
    ...(wrongKind ? [`has a ${wrongKind.kind} attempt and should have ${rightKind} ones`] : []),
    ...(known.length > most ? [`${known.length} attempts where ${most} are allowed`] : []),
    ...(givenUp ? [`given up after ${known.length} of ${least} attempts`] : []),
    ...(misplaced ? [`is at place ${tries} of its schedule after ${known.length} attempts`] : []),
  ]
}

/** What a crash cut off and what was not sent are no attempts of the schedule. */
function counts({ outcome, error }: Attempt): boolean {
  return outcome !== 'unknown' && error?.code !== 'not_sent'
}

/** The fewest and the most attempts that any schedule this webhook ever had allows. */
function attemptsAllowed(facts: Facts, webhookId: string): [number, number] {
  const allowed = facts.timelineOf(webhookId).changes.map(({ webhook }) => attemptsMax(webhook))
  return [Math.min(...allowed), Math.max(...allowed)]
}

function timesAsked(facts: Facts, deliveryId: string, webhookId: string): number {
  const { resends = [], replays = [] } = facts.history
  const resent = resends.filter((resend) => resend.deliveryId === deliveryId).length
  return resent + replays.filter((replay) => replay.webhookId === webhookId && !replay.dryRun).length
}
