import type { Delivery } from '../../core/delivery.ts'
import type { Connection } from './connection.ts'
import { idBytes, idText } from './ids.ts'
import { KINDS, STATES, numberOf, wordOf } from './words.ts'

export interface DeliveryRecord {
  id: Uint8Array
  organization_id: number
  event_id: Uint8Array
  webhook_id: Uint8Array
  kind: number
  state: number
  tries: number
  attempt_count: number
  resend_of: Uint8Array | null
  order_key: string | null
  due_at: number | null
  leased_at: number | null
  fence: number
  created_at: number
  ended_at: number | null
}

/** Selected from DELIVERY_TABLES. */
export const DELIVERY_COLUMNS = `
  d.id, d.organization_id, e.id AS event_id, w.id AS webhook_id, d.kind, d.state, d.tries, d.attempt_count, d.resend_of,
  d.order_key, d.due_at, d.leased_at, d.fence, d.created_at, d.ended_at`

/** CROSS JOIN keeps SQLite from walking the tables in another order than this. */
export const DELIVERY_TABLES = `
  deliveries d CROSS JOIN events e ON e.seq = d.event_seq CROSS JOIN webhooks w ON w.seq = d.webhook_seq`

export function deliveryFrom(row: DeliveryRecord): Delivery {
  return {
    id: idText('dlv', row.id),
    organizationId: row.organization_id,
    eventId: idText('evt', row.event_id),
    webhookId: idText('webhook', row.webhook_id),
    kind: wordOf(KINDS, row.kind),
    state: wordOf(STATES, row.state),
    tries: row.tries,
    attemptCount: row.attempt_count,
    resendOf: row.resend_of === null ? null : idText('dlv', row.resend_of),
    orderKey: row.order_key,
    dueAt: row.due_at,
    leasedAt: row.leased_at,
    fence: row.fence,
    createdAt: row.created_at,
    endedAt: row.ended_at,
  }
}

export function createDeliveryWriter(connection: Connection) {
  const insert = connection.prepare(`
    INSERT INTO deliveries (id, organization_id, event_seq, webhook_seq, kind, state, tries, attempt_count, resend_of,
      resends, order_key, due_at, leased_at, fence, created_at, ended_at)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`)
  const update = connection.prepare(`
    UPDATE deliveries SET state = ?, tries = ?, attempt_count = ?, order_key = ?, due_at = ?, leased_at = ?,
      fence = ?, ended_at = ?
    WHERE id = ?`)

  // What can change is compared; what a settlement changes is set.
  const replace = connection.prepare(`
    UPDATE deliveries SET state = ?, tries = ?, attempt_count = ?, due_at = ?, leased_at = ?, ended_at = ?
    WHERE seq = ? AND fence = ? AND leased_at IS ? AND state = ? AND tries = ? AND attempt_count = ?
      AND order_key IS ? AND due_at IS ? AND ended_at IS ?`)

  return {
    /** `resends`: how often its event was sent to its webhook again before, with this one. Returns its `seq`. */
    insert(delivery: Delivery, eventSeq: number, webhookSeq: number, resends = 0): number {
      const { lastInsertRowid } = insert.run(
        idBytes('dlv', delivery.id),
        delivery.organizationId,
        eventSeq,
        webhookSeq,
        numberOf(KINDS, delivery.kind),
        numberOf(STATES, delivery.state),
        delivery.tries,
        delivery.attemptCount,
        delivery.resendOf === null ? null : idBytes('dlv', delivery.resendOf),
        resends,
        delivery.orderKey,
        delivery.dueAt,
        delivery.leasedAt,
        delivery.fence,
        delivery.createdAt,
        delivery.endedAt,
      )
      return Number(lastInsertRowid)
    },
    /** What a delivery is made of stays; what happens to it is written. */
    update(delivery: Delivery): void {
      update.run(
        numberOf(STATES, delivery.state),
        delivery.tries,
        delivery.attemptCount,
        delivery.orderKey,
        delivery.dueAt,
        delivery.leasedAt,
        delivery.fence,
        delivery.endedAt,
        idBytes('dlv', delivery.id),
      )
    },
    /** Of these, what a settlement changes; only where the row is still as `before`. Answers whether it was. */
    replace(seq: number | null, before: Delivery, after: Delivery): boolean {
      const { changes } = replace.run(
        numberOf(STATES, after.state),
        after.tries,
        after.attemptCount,
        after.dueAt,
        after.leasedAt,
        after.endedAt,
        seq,
        before.fence,
        before.leasedAt,
        numberOf(STATES, before.state),
        before.tries,
        before.attemptCount,
        before.orderKey,
        before.dueAt,
        before.endedAt,
      )
      return changes === 1
    },
  }
}
