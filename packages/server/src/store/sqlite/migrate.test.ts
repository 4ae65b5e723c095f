import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { sampleRun, sampleWebhook } from '../../../test/support/samples.ts'
import { plainDecisions } from '../conformance/decisions.ts'
import { openSqliteStore } from './index.ts'
import { idBytes, uuidBytes } from './ids.ts'
import { initial } from './migrations/0001-initial.ts'
import { DATABASE_FILE_NAME } from './open-database.ts'

let dataDir = ''
beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'sealpost-migrate-'))
})
afterEach(() => rmSync(dataDir, { recursive: true }))

const webhook = sampleWebhook()
const run = sampleRun({ subject: 'https://example.com/', score: 88, endedAt: 10, settings: '' })
const page = { limit: 10, before: null }

/** A database as the first release left it: an organization with a webhook, a run that ended and one that had not. */
function writeFirstRelease(): void {
  const database = new DatabaseSync(join(dataDir, DATABASE_FILE_NAME))
  const project = idBytes('proj', run.projectId)
  database.exec(initial.sql)
  const insert = (sql: string, ...values: (string | number | Uint8Array | null)[]) =>
    database.prepare(`INSERT INTO ${sql} VALUES (${values.map(() => '?').join(', ')})`).run(...values)
  insert('organizations', 1, 'acme', 'Acme', 'free', 1)
  insert('projects', 1, project, 'Default', 1, 0, 1)
  insert('workflows', 1, 1, project, 'pages', 'Pages', 5, '[]', 1, 1, null)
  const text = (value: unknown) => JSON.stringify(value)
  insert(
    `webhooks (id, organization_id, url, description, events, scope, sealed_secret, signatures, headers, retry_schedule,
      disable_after, revision, created_at, updated_at, status, health, failure_count, exhausted_in_streak, last_error)`,
    idBytes('webhook', webhook.id),
    1,
    webhook.url,
    webhook.description,
    text(webhook.events),
    text(webhook.scope),
    webhook.sealedSecret,
    text(webhook.signatures),
    text(webhook.headers),
    text(webhook.retrySchedule),
    webhook.disableAfter,
    webhook.revision,
    webhook.createdAt,
    webhook.updatedAt,
    'disabled_gone',
    'failing',
    7,
    1,
    'Your server answered 410.',
  )
  for (const [id, status, result, endedAt] of [
    [run.id, run.status, run.result, run.endedAt],
    [run.id.replace(/.$/, 'e'), 'RUNNING', 'UNKNOWN', null],
  ] as const) {
    insert(
      `runs (id, organization_id, workflow_id, project_id, status, result, source, submission, subject, findings,
        error_count, warning_count, info_count, score, created_at, started_at, ended_at, duration_ms)`,
      uuidBytes(id),
      1,
      1,
      project,
      status,
      result,
      run.source,
      text(run.submission),
      run.subject,
      text(run.findings),
      run.counts.error,
      run.counts.warning,
      run.counts.info,
      run.score,
      run.createdAt,
      run.startedAt,
      endedAt,
      run.durationMs,
    )
  }
  database.exec('PRAGMA user_version = 1')
  database.close()
}

describe('a database of the first release', () => {
  it('keeps its webhooks and runs, with what is new about them empty', async () => {
    writeFirstRelease()
    const store = await openSqliteStore({ dataDir, now: () => 20, makeDeliveryId: () => '' })
    const webhooks = (await store.webhooks.list(1, 'webhooks', page)).rows
    expect(webhooks).toMatchObject([
      {
        ...webhook,
        // It was changed since it was made, so it may have been active.
        activatedAt: webhook.createdAt,
        status: 'disabled_gone',
        health: 'failing',
        failureCount: 7,
        // Up to then every turn was told.
        telling: { ...webhook.telling, state: 'failing' },
        exhaustedInStreak: true,
        lastError: 'Your server answered 410.',
      },
    ])
    expect(webhooks[0]?.carrier).toBe('webhook')
    expect((await store.webhooks.list(1, 'channels', page)).rows).toEqual([])
    expect(await store.runs.get(1, run.id)).toEqual({ ...run, seen: null, scoredTypes: null })
    expect(await store.runs.unfinished(10)).toMatchObject([{ run: { status: 'RUNNING', settings: '' } }])
    for (const lists of [store.monitors.list(1, {}, page), store.alerts.list(1, {}, page)]) {
      expect((await lists).rows).toEqual([])
    }
    await store.close()
  })

  it('can end a run that had not, and compares it with none whose settings nobody knows', async () => {
    writeFirstRelease()
    const store = await openSqliteStore({ dataDir, now: () => 20, makeDeliveryId: () => '' })
    const [left] = await store.runs.unfinished(1)
    const subject = run.subject ?? ''
    const ended = { ...run, id: left!.run.id, settings: 'of today', endedAt: 20 }
    const unit = { claim: null, run: ended, submission: null, events: [], target: null }
    await store.work.commit(
      { accepts: [unit], results: [], claims: [], releases: [], now: 20 },
      plainDecisions,
    )
    expect(await store.runs.unfinished(1)).toEqual([])
    expect(await store.runs.previous({ run: { ...ended, subject }, having: 'score' })).toBeNull()
    const { rows } = await store.runs.list(1, { subject: { name: subject, having: 'score' } }, page)
    expect(rows.map(({ id }) => id)).toEqual([ended.id, run.id])
    await store.close()
  })
})
