import type { RateLimit, Webhook, WebhookScope } from '../../core/webhook.ts'
import type { Connection } from './connection.ts'
import { idBytes, idText } from './ids.ts'

export interface WebhookRow {
  seq: number
  id: Uint8Array
  organization_id: number
  carrier: string
  url: string
  description: string
  events: string
  scope: string
  sealed_secret: string
  signing_key: string | null
  signatures: string
  retired: string | null
  headers: string
  retry_schedule: string
  disable_after: number
  rate_limit: string | null
  ordering: string | null
  filter: string | null
  revision: number
  created_at: number
  updated_at: number
  deleted_at: number | null
  activated_at: number | null
  status: string
  health: string
  failure_count: number
  exhausted_in_streak: number
  last_error: string | null
  last_triggered_at: number | null
  paused_until: number | null
  told_health: string
  told_window_ms: number
  told_window_ends_at: number | null
  told_unprompted: number
  tell_at: number | null
}

export function webhookFrom(row: WebhookRow): Webhook {
  return {
    id: idText('webhook', row.id),
    organizationId: row.organization_id,
    carrier: row.carrier,
    url: row.url,
    description: row.description,
    events: JSON.parse(row.events) as string[],
    scope: JSON.parse(row.scope) as WebhookScope,
    sealedSecret: row.sealed_secret,
    signingKey: row.signing_key === null ? null : (JSON.parse(row.signing_key) as Webhook['signingKey']),
    signatures: JSON.parse(row.signatures) as string[],
    retired: row.retired === null ? null : (JSON.parse(row.retired) as Webhook['retired']),
    headers: JSON.parse(row.headers) as Record<string, string>,
    retrySchedule: JSON.parse(row.retry_schedule) as number[],
    disableAfter: row.disable_after,
    rateLimit: row.rate_limit === null ? null : (JSON.parse(row.rate_limit) as RateLimit),
    ordering: row.ordering as Webhook['ordering'],
    filter: row.filter,
    revision: row.revision,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
    deletedAt: row.deleted_at,
    activatedAt: row.activated_at,
    status: row.status as Webhook['status'],
    health: row.health as Webhook['health'],
    failureCount: row.failure_count,
    exhaustedInStreak: row.exhausted_in_streak === 1,
    lastError: row.last_error,
    lastTriggeredAt: row.last_triggered_at,
    pausedUntil: row.paused_until,
    telling: {
      state: row.told_health as Webhook['health'],
      windowMs: row.told_window_ms,
      windowEndsAt: row.told_window_ends_at,
      dueAt: row.tell_at,
      unprompted: row.told_unprompted,
    },
  }
}

/** Writes of webhooks and of the table that says who hears what. */
export function createWebhookWriter(connection: Connection) {
  const insert = connection.prepare(`
    INSERT INTO webhooks (carrier, url, description, events, scope, sealed_secret, signing_key, signatures, retired, headers,
      retry_schedule, disable_after, rate_limit, ordering, filter, created_at, updated_at, deleted_at, activated_at, revision, status,
      health, failure_count, exhausted_in_streak, last_error, last_triggered_at, paused_until,
      told_health, told_window_ms, told_window_ends_at, told_unprompted, tell_at, organization_id, id)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`)
  const update = connection.prepare(`
    UPDATE webhooks SET carrier = ?, url = ?, description = ?, events = ?, scope = ?, sealed_secret = ?, signing_key = ?,
      signatures = ?, retired = ?, headers = ?, retry_schedule = ?, disable_after = ?, rate_limit = ?, ordering = ?,
      filter = ?, created_at = ?, updated_at = ?, deleted_at = ?, activated_at = ?, revision = ?, status = ?, health = ?,
      failure_count = ?, exhausted_in_streak = ?, last_error = ?, last_triggered_at = ?, paused_until = ?,
      told_health = ?, told_window_ms = ?, told_window_ends_at = ?, told_unprompted = ?, tell_at = ?
    WHERE organization_id = ? AND id = ?`)
  const updateState = connection.prepare(`
    UPDATE webhooks SET revision = ?, status = ?, health = ?, failure_count = ?, exhausted_in_streak = ?, last_error = ?,
      last_triggered_at = ?, paused_until = ?, told_health = ?, told_window_ms = ?, told_window_ends_at = ?,
      told_unprompted = ?, tell_at = ?
    WHERE seq = ?`)
  const hear = connection.prepare(
    'INSERT OR IGNORE INTO webhook_events (organization_id, event_type, webhook_seq) VALUES (?, ?, ?)',
  )
  const unhear = connection.prepare(
    'DELETE FROM webhook_events WHERE organization_id = ? AND event_type = ? AND webhook_seq = ?',
  )

  function hearEvents(seq: number, webhook: Webhook): void {
    if (webhook.deletedAt !== null) return
    for (const type of webhook.events) hear.run(webhook.organizationId, type, seq)
  }

  return {
    insert(webhook: Webhook): void {
      const { lastInsertRowid } = insert.run(...valuesOf(webhook))
      hearEvents(Number(lastInsertRowid), webhook)
    },
    update(seq: number, before: Webhook, after: Webhook): void {
      update.run(...valuesOf(after))
      for (const type of before.events) unhear.run(before.organizationId, type, seq)
      hearEvents(seq, after)
    },
    updateState(seq: number, webhook: Webhook): void {
      updateState.run(...stateValuesOf(webhook), seq)
    },
  }
}

function valuesOf(webhook: Webhook) {
  return [
    webhook.carrier,
    webhook.url,
    webhook.description,
    JSON.stringify(webhook.events),
    JSON.stringify(webhook.scope),
    webhook.sealedSecret,
    jsonOrNull(webhook.signingKey),
    JSON.stringify(webhook.signatures),
    jsonOrNull(webhook.retired),
    JSON.stringify(webhook.headers),
    JSON.stringify(webhook.retrySchedule),
    webhook.disableAfter,
    jsonOrNull(webhook.rateLimit),
    webhook.ordering,
    webhook.filter,
    webhook.createdAt,
    webhook.updatedAt,
    webhook.deletedAt,
    webhook.activatedAt,
    ...stateValuesOf(webhook),
    webhook.organizationId,
    idBytes('webhook', webhook.id),
  ] as const
}

function stateValuesOf(webhook: Webhook) {
  return [
    webhook.revision,
    webhook.status,
    webhook.health,
    webhook.failureCount,
    webhook.exhaustedInStreak ? 1 : 0,
    webhook.lastError,
    webhook.lastTriggeredAt,
    webhook.pausedUntil,
    webhook.telling.state,
    webhook.telling.windowMs,
    webhook.telling.windowEndsAt,
    webhook.telling.unprompted,
    webhook.telling.dueAt,
  ] as const
}

function jsonOrNull(value: object | null): string | null {
  return value === null ? null : JSON.stringify(value)
}
