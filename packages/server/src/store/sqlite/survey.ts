import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import type { WebhookHealth, WebhookStatus } from '../../core/webhook.ts'
import type { StoreSurvey } from '../survey.ts'
import { isLocked, LOCK_FILE_NAME } from './data-directory-lock.ts'
import { idText } from './ids.ts'
import { DATABASE_FILE_NAME } from './open-database.ts'

const FAULTS_MAX = 3

interface TroubledRow {
  id: Uint8Array
  slug: string
  url: string
  status: WebhookStatus
  health: WebhookHealth
  last_error: string | null
}

/** Each look opens the database for reading only, and closes it again. */
export function surveySqliteStore(dataDir: string): StoreSurvey {
  const place = join(dataDir, DATABASE_FILE_NAME)
  const serverMark = join(dataDir, LOCK_FILE_NAME)

  function look<Found>(read: (database: DatabaseSync) => Found): Found {
    const database = new DatabaseSync(place, { readOnly: true })
    try {
      return read(database)
    } finally {
      database.close()
    }
  }

  /** The rows of a query; none where the table, or a column that is younger than it, is not there yet. */
  function rowsOf<Row>(table: string, column: string, sql: string, values: readonly string[] = []): Row[] {
    if (!existsSync(place)) return []
    return look((database) => {
      const found = database.prepare('SELECT 1 FROM pragma_table_info(?) WHERE name = ?').get(table, column)
      return found === undefined ? [] : (database.prepare(sql).all(...values) as unknown as Row[])
    })
  }

  function webhooks<Row>(sql: string, ...values: string[]): Row[] {
    return rowsOf('webhooks', 'id', sql, values)
  }

  return {
    place,
    serverMark,
    exists: () => existsSync(place),
    isServed: () => isLocked(dataDir),
    integrity: async () =>
      look((database) => ({
        schemaVersion: Number(Object.values(database.prepare('PRAGMA user_version').get() ?? {})[0]),
        // One row "ok", or one row for each fault up to the number given.
        faults: database
          .prepare(`PRAGMA quick_check(${FAULTS_MAX})`)
          .all()
          .map((row) => String(Object.values(row)[0]))
          .filter((fault) => fault !== 'ok'),
      })),
    sealedSecrets: async () =>
      webhooks<{ sealed_secret: string }>(
        "SELECT sealed_secret FROM webhooks WHERE deleted_at IS NULL AND sealed_secret <> ''",
      ).map((row) => row.sealed_secret),
    troubledWebhooks: async (limit) =>
      webhooks<TroubledRow>(
        `SELECT w.id, o.slug, w.url, w.status, w.health, w.last_error
         FROM webhooks w JOIN organizations o ON o.id = w.organization_id
         WHERE w.deleted_at IS NULL
           AND (w.status IN ('disabled_too_many_failures', 'disabled_gone')
                OR (w.status = 'active' AND w.health <> 'healthy'))
         ORDER BY w.seq LIMIT ${limit}`,
      ).map(({ id, slug, url, status, health, last_error: lastError }) => ({
        ...{ id: idText('webhook', id), organizationSlug: slug },
        ...{ url, status, health, lastError },
      })),
    silentWebhooks: async (limit) =>
      rowsOf<{ id: Uint8Array; slug: string; filtered_out: number }>(
        'webhook_tallies',
        'filtered_out',
        `SELECT w.id, o.slug, t.filtered_out
         FROM webhook_tallies t JOIN webhooks w ON w.seq = t.webhook_seq JOIN organizations o ON o.id = w.organization_id
         WHERE w.deleted_at IS NULL AND w.status = 'active' AND w.last_triggered_at IS NULL AND t.filtered_out > 0
         ORDER BY w.seq LIMIT ${limit}`,
      ).map(({ id, slug, filtered_out: filteredOut }) => ({
        ...{ id: idText('webhook', id), organizationSlug: slug, filteredOut },
      })),
    failingMonitors: async (limit) =>
      rowsOf<Omit<TroubledRow, 'status' | 'health'> & { name: string }>(
        'monitors',
        'health',
        `SELECT m.id, o.slug, m.name, m.url, m.last_error
         FROM monitors m JOIN organizations o ON o.id = m.organization_id
         WHERE m.enabled = 1 AND m.health = 'failing' ORDER BY m.id LIMIT ${limit}`,
      ).map(({ id, slug, name, url, last_error: lastError }) => ({
        ...{ id: idText('mon', id), organizationSlug: slug },
        ...{ name, url, lastError },
      })),
    unknownNames: async ({ carriers, signatures }, limit) =>
      webhooks<{ id: Uint8Array; carrier: string; signatures: string }>(
        `SELECT id, carrier, signatures FROM webhooks
         WHERE deleted_at IS NULL
           AND (carrier NOT IN (SELECT value FROM json_each(?))
                OR EXISTS (SELECT 1 FROM json_each(signatures) WHERE value NOT IN (SELECT value FROM json_each(?))))
         ORDER BY seq LIMIT ${limit}`,
        JSON.stringify(carriers),
        JSON.stringify(signatures),
      ).map((row) => ({
        webhookId: idText('webhook', row.id),
        carrier: row.carrier,
        signatures: JSON.parse(row.signatures) as string[],
      })),
  }
}
