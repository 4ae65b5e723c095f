import type { Store } from '../../../src/store/store.ts'
import type { Rows } from '../../invariants/history.ts'

const EVERYTHING = { limit: 1_000_000, before: null }

/** Every row the checker judges, of all organizations. Deleted webhooks are not listed: `webhookIds` names them too. */
export async function readRows(store: Store, webhookIds: readonly string[] = []): Promise<Rows> {
  const rows = { webhooks: [], events: [], deliveries: [], attempts: [] } as {
    -readonly [Name in keyof Rows]: Rows[Name][number][]
  }
  for (const { id: organizationId } of await store.organizations.list()) {
    const events = await store.events.list(organizationId, {}, EVERYTHING)
    const deliveries = await store.deliveries.list(organizationId, {}, EVERYTHING)
    for (const { id } of events.rows) {
      const event = await store.events.get(organizationId, id)
      if (event !== null) rows.events.push(event)
    }
    rows.deliveries.push(...deliveries.rows)
    for (const delivery of deliveries.rows) {
      if (delivery.attemptCount === 0) continue
      rows.attempts.push(...(await store.deliveries.attempts(organizationId, delivery.id)))
    }
  }
  for (const id of webhookIds) {
    const webhook = await store.webhooks.byId(id)
    if (webhook !== null) rows.webhooks.push(webhook)
  }
  return rows
}
