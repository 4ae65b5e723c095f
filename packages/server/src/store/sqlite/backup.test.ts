import {
  closeSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { systemClock } from '../../core/clock.ts'
import type { BackupRequest } from '../backup.ts'
import { plainDecisions } from '../conformance/decisions.ts'
import { backUpDatabase } from './backup.ts'
import { openSqliteStore } from './index.ts'

let directory = ''
let dataDir = ''
let path = ''
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'sealpost-backup-'))
  dataDir = join(directory, 'data')
  mkdirSync(dataDir)
  path = join(directory, 'copy.db')
  writeFileSync(path, '')
})
afterEach(() => rmSync(directory, { recursive: true }))

const EVENTS = 500
/** With `EVENTS` of them, several steps of the copy. */
const BODY_BYTES = 20_000

/** A store with events, each owed to nobody; left with its last commits in the write-ahead log. */
async function makeStore() {
  const store = await openSqliteStore({
    dataDir,
    now: () => 1,
    makeDeliveryId: () => `dlv_${'0'.repeat(32)}`,
  })
  const tenant = { slug: 'acme', name: 'Acme', tier: 'free', createdAt: 1 } as const
  const organization = await store.organizations.create(tenant, `proj_${'1'.repeat(32)}`)
  let made = 0
  const accept = (count: number) => {
    const events = Array.from({ length: count }, () => ({
      id: `evt_${(made += 1).toString(16).padStart(32, '0')}`,
      organizationId: organization.id,
      type: 'a.b',
      timestamp: 1,
      createdAt: 1,
      body: Buffer.alloc(BODY_BYTES, made),
      projectId: null,
      workflowId: null,
      runId: null,
      key: null,
    }))
    const unit = { claim: null, run: null, submission: null, events, target: null }
    return store.work.commit(
      { accepts: [unit], results: [], claims: [], releases: [], now: 1 },
      plainDecisions,
    )
  }
  await accept(EVENTS)
  return { store, accept }
}

function backUp(changes: Partial<BackupRequest> = {}) {
  const request = { onCopied: () => undefined, onChecking: () => undefined, ...changes }
  return backUpDatabase(dataDir, {
    path,
    clock: systemClock,
    signal: new AbortController().signal,
    ...request,
  })
}

test('is the database of one moment, though it is written to at every step', async () => {
  const { store, accept } = await makeStore()
  const copied: number[] = []
  let total = 0
  const contents = await backUp({
    onCopied(bytesCopied, bytes) {
      // SQLite's part of it is done before this returns.
      void accept(1)
      copied.push(bytesCopied)
      total = bytes
      if (copied.length > 10) throw new Error('the copy began again')
    },
  })
  expect(copied.length).toBeGreaterThan(1)
  expect(copied).toEqual(copied.toSorted((one, other) => one - other))
  expect(contents).toEqual({
    bytes: total,
    schemaVersion: expect.any(Number),
    organizations: 1,
    webhooks: 0,
    runs: 0,
    events: EVENTS,
    deliveries: 0,
  })
  expect(statSync(path).size).toBe(total)
  await store.close()

  const copy = new DatabaseSync(path, { readOnly: true })
  expect(copy.prepare('SELECT count(*) AS events FROM events').get()).toEqual({ events: EVENTS })
  copy.close()
  expect(existsSync(`${path}-wal`)).toBe(false)
})

test('can be given up between two steps, and while the copy is read', async () => {
  const { store } = await makeStore()
  for (const moment of ['onCopied', 'onChecking'] as const) {
    const controller = new AbortController()
    const stop = () => controller.abort(new Error(`stopped at ${moment}`))
    await expect(backUp({ signal: controller.signal, [moment]: stop })).rejects.toThrow(
      `stopped at ${moment}`,
    )
  }
  await store.close()
})

test('of a directory without a database makes none', async () => {
  await expect(backUp()).rejects.toThrow(`There is no database in ${dataDir}`)
  expect(readdirSync(dataDir)).toEqual([])
})

test('of a damaged database is refused', async () => {
  const { store } = await makeStore()
  await store.close()
  const database = openSync(join(dataDir, 'sealpost.db'), 'r+')
  const { size } = statSync(join(dataDir, 'sealpost.db'))
  for (let page = 4096 * 10; page < size / 2; page += 4096 * 50) {
    writeSync(database, Buffer.alloc(64, 0xff), 0, 64, page)
  }
  closeSync(database)
  await expect(backUp()).rejects.toThrow('The copy is damaged, and so perhaps is the database')
})

test('of what is no database is refused', async () => {
  await (await makeStore()).store.close()
  writeFileSync(join(dataDir, 'sealpost.db'), 'no database '.repeat(1_000))
  await expect(backUp()).rejects.toThrow('The database cannot be copied')
})
