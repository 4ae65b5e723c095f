import { createSharedMap } from '../../core/shared-map.ts'
import type { Webhook } from '../../core/webhook.ts'
import type { Connection } from './connection.ts'
import { findableId } from './ids.ts'
import { createWebhookWriter, webhookFrom } from './webhook-rows.ts'
import type { WebhookRow } from './webhook-rows.ts'

/** Webhooks kept parsed in memory, least recently used out first. */
const CACHED_WEBHOOKS_MAX = 10_000
/** Pairs of organization and event type whose filters are kept. */
const CACHED_FILTERS_MAX = 10_000

export interface CachedWebhook {
  seq: number
  webhook: Webhook
}

/**
 * Webhooks as the hot path reads them, parsed once: every accepted event and every result asks for some. All writes
 * go through here, and no other process writes webhooks while the server runs, so what is cached is what is stored.
 *
 * The states that the results of one commit change are staged: read back at once, written once for each webhook by
 * `flushStates`, however many results it had. A rollback drops what its transaction changed.
 */
export interface WebhookCache {
  /** Whatever its organization, deleted or not. */
  byId(id: string): CachedWebhook | null
  bySeq(seq: number): CachedWebhook
  /** Webhooks of an organization that name an event type, at most `limit`; never deleted ones. */
  candidates(organizationId: number, eventType: string, limit: number): Webhook[]
  /** Those after the webhook with this `seq`, at most `limit` of them. */
  candidatesAfter(organizationId: number, eventType: string, after: number, limit: number): CachedWebhook[]
  /** Counts what may change whom an organization's events are owed to. */
  version(organizationId: number): number
  /** The filters of those, each text once. */
  filters(organizationId: number, eventType: string): readonly string[]
  insert(webhook: Webhook): void
  update(before: CachedWebhook, after: Webhook): void
  /** Of a deleted one that nothing refers to. */
  remove(seq: number): void
  stageState(webhook: Webhook): void
  flushStates(): void
}

export function createWebhookCache(connection: Connection, cachedMax = CACHED_WEBHOOKS_MAX): WebhookCache {
  const writer = createWebhookWriter(connection)
  const selectById = connection.prepare<WebhookRow>('SELECT * FROM webhooks WHERE id = ?')
  const selectBySeq = connection.prepare<WebhookRow>('SELECT * FROM webhooks WHERE seq = ?')
  const selectCandidates = connection.prepare<{ webhook_seq: number }>(
    `SELECT webhook_seq FROM webhook_events
    WHERE organization_id = ? AND event_type = ? AND webhook_seq > ? ORDER BY webhook_seq LIMIT ?`,
  )
  const selectFilters = connection.prepare<{ filter: string }>(`
    SELECT w.filter FROM webhook_events e CROSS JOIN webhooks w ON w.seq = e.webhook_seq
    WHERE e.organization_id = ? AND e.event_type = ? AND w.filter IS NOT NULL`)
  const remove = connection.prepare('DELETE FROM webhooks WHERE seq = ?')
  const cached = new Map<number, CachedWebhook>()
  const seqs = new Map<string, number>()
  const staged = new Map<number, CachedWebhook>()
  const filters = createSharedMap<readonly string[]>({ entriesMax: CACHED_FILTERS_MAX })
  const versions = new Map<number, number>()
  /** What the transaction under way has changed. */
  let changed: number[] = []

  function keep({ seq, webhook }: CachedWebhook): CachedWebhook {
    // Many callers are given this one object; none of them may change it.
    const entry = { seq, webhook: Object.freeze({ ...webhook }) }
    drop(seq)
    cached.set(seq, entry)
    seqs.set(entry.webhook.id, entry.seq)
    if (cached.size > cachedMax) {
      const [oldest] = cached.keys()
      if (oldest !== undefined) drop(oldest)
    }
    return entry
  }

  function drop(seq: number): void {
    const entry = cached.get(seq)
    if (entry === undefined) return
    cached.delete(seq)
    seqs.delete(entry.webhook.id)
  }

  function find(seq: number): CachedWebhook | null {
    const stagedEntry = staged.get(seq)
    if (stagedEntry !== undefined) return stagedEntry
    const entry = cached.get(seq)
    if (entry === undefined) return null
    // To the young end of the map's order.
    cached.delete(seq)
    cached.set(seq, entry)
    return entry
  }

  connection.onUndo(() => {
    for (const seq of changed) drop(seq)
    staged.clear()
  })
  connection.onEnd(() => {
    changed = []
    staged.clear()
  })

  function bySeq(seq: number): CachedWebhook {
    const found = find(seq)
    if (found !== null) return found
    const row = selectBySeq.get(seq)
    if (row === undefined) throw new Error(`no webhook with seq ${seq}`)
    return keep({ seq, webhook: webhookFrom(row) })
  }

  function byId(id: string): CachedWebhook | null {
    const seq = seqs.get(id)
    if (seq !== undefined) return bySeq(seq)
    const bytes = findableId('webhook', id)
    const row = bytes === null ? undefined : selectById.get(bytes)
    if (row === undefined) return null
    return find(row.seq) ?? keep({ seq: row.seq, webhook: webhookFrom(row) })
  }

  function candidatesAfter(
    organizationId: number,
    eventType: string,
    after: number,
    limit: number,
  ): CachedWebhook[] {
    const rows = selectCandidates.all(organizationId, eventType, after, limit)
    return rows.map((row) => bySeq(row.webhook_seq))
  }

  /** One that is undone has been counted all the same: whoever waits for it asks again in vain, and no more. */
  function countChange({ organizationId }: Webhook): void {
    filters.clear(organizationId)
    versions.set(organizationId, (versions.get(organizationId) ?? 0) + 1)
  }

  return {
    byId,
    bySeq,
    candidates: (organizationId, eventType, limit) =>
      candidatesAfter(organizationId, eventType, 0, limit).map(({ webhook }) => webhook),
    candidatesAfter,
    version: (organizationId) => versions.get(organizationId) ?? 0,
    filters(organizationId, eventType) {
      const found = filters.get(organizationId, eventType)
      if (found !== undefined) return found
      const texts = selectFilters.all(organizationId, eventType).map((row) => row.filter)
      const distinct = [...new Set(texts)]
      filters.set(organizationId, eventType, distinct)
      return distinct
    },
    insert(webhook) {
      writer.insert(webhook)
      countChange(webhook)
    },
    remove(seq) {
      remove.run(seq)
      drop(seq)
    },
    update({ seq, webhook: before }, after) {
      writer.update(seq, before, after)
      countChange(after)
      changed.push(seq)
      keep({ seq, webhook: after })
    },
    stageState(webhook) {
      const entry = byId(webhook.id)
      if (entry === null) throw new Error(`no webhook ${webhook.id}`)
      staged.set(entry.seq, { seq: entry.seq, webhook })
    },
    flushStates() {
      for (const entry of staged.values()) {
        writer.updateState(entry.seq, entry.webhook)
        changed.push(entry.seq)
        keep(entry)
      }
      staged.clear()
    },
  }
}
