import { createHash } from 'node:crypto'
import type { Check } from '../check.ts'
import { isSuccess, promised } from '../ingests.ts'

/** 1 */
export const acceptedEventsSurvive: Check = {
  invariant: 1,
  needs: ['ingests', 'rows', 'removals'],
  run(facts, { looked, broken }) {
    for (const ingest of facts.history.ingests ?? []) {
      if (!isSuccess(ingest.status)) continue
      for (const { id, bodyHash } of ingest.events) {
        looked()
        const where = { eventId: id, at: ingest.askedAt }
        const event = facts.event(id)
        if (event === undefined) broken(`accepted with ${String(ingest.status)} and gone`, where)
        else if (event.organizationId !== ingest.organizationId)
          broken('stands in another organization', where)
        else if (bodyHash !== null && sha256(event.body) !== bodyHash) broken('its bytes have changed', where)
      }
    }
  },
}

/** 2 */
export const oneDeliveryEach: Check = {
  invariant: 2,
  needs: ['rows', 'removals'],
  run(facts, { looked, broken }) {
    for (const { id: eventId } of facts.rows.events) {
      const seen = new Set<string>()
      for (const { id: deliveryId, webhookId, resendOf } of facts.deliveriesOf(eventId)) {
        if (resendOf !== null) continue
        looked()
        if (seen.has(webhookId)) broken('two deliveries of one event', { webhookId, eventId, deliveryId })
        seen.add(webhookId)
      }
    }
  },
}

/** 2, against the webhooks as they were when the event was accepted. */
export const owedToThoseThatMatched: Check = {
  invariant: 2,
  needs: ['ingests', 'rows', 'removals', 'replays'],
  run(facts, { looked, broken }) {
    for (const promise of promised(facts)) {
      looked()
      const { event, named } = promise
      const owned = facts.deliveriesOf(event.id).filter(({ resendOf }) => resendOf === null)
      for (const { webhookId, verdict } of promise.owed) {
        const has = owned.some((delivery) => delivery.webhookId === webhookId)
        const where = { eventId: event.id, webhookId, at: promise.from }
        if (verdict === 'owed' && !has) broken('matched and was never owed', where)
        if (verdict === 'not_owed' && has) broken('did not match and is owed', where)
      }
      const replayed = (facts.history.replays ?? []).some((replay) => !replay.dryRun)
      if (named.deliveries !== null && !replayed && named.deliveries !== owned.length) {
        broken(`answered as owed to ${named.deliveries}, is owed to ${owned.length}`, { eventId: event.id })
      }
    }
  },
}

function sha256(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex')
}
