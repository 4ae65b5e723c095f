import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { DatabaseSync } from 'node:sqlite'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { sampleWebhook } from '../../../test/support/samples.ts'
import { Problem } from '../../core/errors.ts'
import type { RunPart } from '../rules/parts.ts'
import { createConnection } from './connection.ts'
import type { Connection } from './connection.ts'
import { openDatabase } from './open-database.ts'
import { writeInParts } from './parts.ts'
import { createWebhookCache } from './webhook-cache.ts'
import type { WebhookCache } from './webhook-cache.ts'

const webhook = sampleWebhook()

let dataDir = ''
let database: DatabaseSync
let connection: Connection
let cache: WebhookCache

beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'sealpost-parts-'))
  database = openDatabase(dataDir)
  database.exec("INSERT INTO organizations (slug, name, tier, created_at) VALUES ('a', 'A', 'free', 1)")
  connection = createConnection(database)
  cache = createWebhookCache(connection)
  connection.write(() => cache.insert(webhook))
})
afterEach(() => {
  database.close()
  rmSync(dataDir, { recursive: true })
})

function fail(): number {
  const { failureCount } = cache.byId(webhook.id)!.webhook
  cache.stageState({ ...webhook, failureCount: failureCount + 1 })
  return failureCount + 1
}

/** Three parts, each a failure of the webhook, of which the second is thrown away. */
function threeParts(runPart: RunPart, fault: Error): (number | string)[] {
  return [1, 2, 3].map((number) =>
    runPart<number | string>(
      () => {
        const count = fail()
        if (number === 2) throw fault
        return count
      },
      (error) => error.message,
    ),
  )
}

function stored(): unknown {
  return database.prepare('SELECT failure_count AS count FROM webhooks').get()?.['count']
}

test('a part that fails takes its own writing along and nothing else', () => {
  let runs = 0
  const outcome = writeInParts(connection, cache, (runPart) => {
    runs += 1
    return threeParts(runPart, new Error('a rule broke'))
  })
  expect(outcome).toEqual([1, 'a rule broke', 2])
  expect(runs).toBe(2)
  expect([stored(), cache.byId(webhook.id)?.webhook.failureCount]).toEqual([2, 2])
})

test('what the parts wrote is undone with the whole', () => {
  const undone = () =>
    writeInParts(connection, cache, (runPart) => {
      threeParts(runPart, new Error('a rule broke'))
      throw new Problem('store_full', 'the disk is full')
    })
  expect(undone).toThrow('the disk is full')
  expect([stored(), cache.byId(webhook.id)?.webhook.failureCount]).toEqual([0, 0])
  expect(writeInParts(connection, cache, fail)).toBe(1)
})

test('a failure of the store is nobody’s own', () => {
  const failing = () =>
    writeInParts(connection, cache, (runPart) =>
      threeParts(runPart, new Problem('store_unavailable', 'gone')),
    )
  expect(failing).toThrow('gone')
  expect(stored()).toBe(0)
})
