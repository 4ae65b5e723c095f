import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { DatabaseSync } from 'node:sqlite'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { Webhook } from '../../core/webhook.ts'
import { createConnection } from './connection.ts'
import type { Connection } from './connection.ts'
import { openDatabase } from './open-database.ts'
import { createWebhookCache } from './webhook-cache.ts'
import type { WebhookCache } from './webhook-cache.ts'

const CACHED_MAX = 2

let dataDir = ''
let database: DatabaseSync
let connection: Connection
let cache: WebhookCache

beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'sealpost-cache-'))
  database = openDatabase(dataDir)
  database.exec("INSERT INTO organizations (slug, name, tier, created_at) VALUES ('a', 'A', 'free', 1)")
  connection = createConnection(database)
  cache = createWebhookCache(connection, CACHED_MAX)
})
afterEach(() => {
  database.close()
  rmSync(dataDir, { recursive: true })
})

function add(number: number): Webhook {
  const webhook: Webhook = {
    id: `webhook_${String(number).padStart(32, '0')}`,
    organizationId: 1,
    carrier: 'webhook',
    url: `https://receiver.example/${number}`,
    description: '',
    events: ['a.b'],
    scope: { type: 'organization' },
    sealedSecret: 'sealed',
    signingKey: null,
    signatures: ['v1'],
    retired: null,
    headers: {},
    retrySchedule: [],
    disableAfter: 5,
    rateLimit: null,
    ordering: null,
    filter: null,
    revision: 1,
    createdAt: 1,
    updatedAt: 1,
    deletedAt: null,
    activatedAt: 1,
    status: 'active',
    health: 'healthy',
    failureCount: 0,
    exhaustedInStreak: false,
    lastError: null,
    lastTriggeredAt: null,
    pausedUntil: null,
    telling: { state: 'healthy', windowMs: 0, windowEndsAt: null, dueAt: null, unprompted: 0 },
  }
  connection.write(() => cache.insert(webhook))
  return webhook
}

test('keeps what was used last, and reads the rest again', () => {
  const webhooks = [add(1), add(2), add(3)]
  const [first, second] = [cache.byId(webhooks[0]!.id), cache.byId(webhooks[1]!.id)]
  expect(cache.byId(webhooks[0]!.id)?.webhook).toBe(first?.webhook)
  cache.byId(webhooks[2]!.id) // puts out the second, which was not asked for since
  expect(cache.byId(webhooks[0]!.id)?.webhook).toBe(first?.webhook)
  expect(cache.byId(webhooks[1]!.id)?.webhook).not.toBe(second?.webhook)
  expect(webhooks.map(({ id }) => cache.byId(id)?.webhook)).toEqual(webhooks)
  expect(cache.candidates(1, 'a.b', 100)).toEqual(webhooks)
})

test('staged states are read at once and written once, also those of webhooks that are put out', () => {
  const webhooks = [add(1), add(2), add(3)]
  const failed = (webhook: Webhook) => ({ ...webhook, failureCount: webhook.failureCount + 1 })
  connection.write(() => {
    for (const { id } of [...webhooks, ...webhooks]) cache.stageState(failed(cache.byId(id)!.webhook))
    expect(database.prepare('SELECT max(failure_count) AS most FROM webhooks').get()).toEqual({ most: 0 })
    cache.flushStates()
  })
  expect(database.prepare('SELECT failure_count FROM webhooks').all()).toEqual(
    webhooks.map(() => ({ failure_count: 2 })),
  )
  expect(webhooks.map(({ id }) => cache.byId(id)?.webhook.failureCount)).toEqual([2, 2, 2])
})

test('a rollback takes back what its transaction changed, staged or written', () => {
  const webhook = add(1)
  const fault = new Error('changed my mind')
  const changes = [
    () =>
      cache.update(cache.byId(webhook.id)!, {
        ...webhook,
        url: 'https://elsewhere.example/',
        events: ['c.d'],
      }),
    () => cache.stageState({ ...webhook, failureCount: 9 }),
    () => {
      cache.stageState({ ...webhook, failureCount: 9 })
      cache.flushStates()
    },
  ]
  for (const change of changes) {
    expect(() =>
      connection.write(() => {
        change()
        expect(cache.byId(webhook.id)?.webhook).not.toEqual(webhook)
        throw fault
      }),
    ).toThrow(fault)
    expect(cache.byId(webhook.id)?.webhook).toEqual(webhook)
    expect(cache.candidates(1, 'a.b', 100)).toEqual([webhook])
  }
})

test('nobody can change what others are given', () => {
  const { id } = add(1)
  const shared = cache.byId(id)!.webhook
  expect(() => {
    shared.status = 'disabled'
  }).toThrow(TypeError)
})
