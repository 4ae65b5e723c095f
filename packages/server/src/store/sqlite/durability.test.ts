import { once } from 'node:events'
import { spawn } from 'node:child_process'
import type { ChildProcessWithoutNullStreams } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { createInterface } from 'node:readline'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { LIMITS } from '../../core/limits.ts'
import { lockDataDirectory } from './data-directory-lock.ts'
import { openSqliteStore } from './index.ts'
import { migrations } from './migrations/index.ts'

/** Deliveries; more than two slices of a move. */
const MANY = 2.5 * LIMITS.moveRowsPerSlice

let dataDir = ''

beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'sealpost-sqlite-'))
})
afterEach(() => {
  rmSync(dataDir, { recursive: true })
})

function open(directory = dataDir) {
  return openSqliteStore({ dataDir: directory, now: () => 0, makeDeliveryId: () => `dlv_${'0'.repeat(32)}` })
}

/** A process of its own that runs `script` with this folder's modules at hand. */
function run(script: string): ChildProcessWithoutNullStreams {
  const source = `
    const { openSqliteStore } = await import(${JSON.stringify(new URL('index.ts', import.meta.url).href)})
    const { lockDataDirectory } = await import(${JSON.stringify(new URL('data-directory-lock.ts', import.meta.url).href)})
    const { writeSync } = await import('node:fs')
    const dataDir = ${JSON.stringify(dataDir)}
    const say = (line) => writeSync(1, line + '\\n')
    let made = 0
    const hex = () => (made += 1).toString(16).padStart(32, '0')
    const open = (directory = dataDir) =>
      openSqliteStore({ dataDir: directory, now: () => 1, makeDeliveryId: () => 'dlv_' + hex() })
    ${script}`
  const child = spawn(process.execPath, ['--input-type=module', '--eval', source])
  child.stderr.pipe(process.stderr)
  return child
}

/** A store with one webhook, and a way to make events for it. */
const SET_UP = `
  const store = await open()
  const organization = await store.organizations.create({ slug: 'a', name: 'A', tier: 'free', createdAt: 1 }, 'proj_' + hex())
  const webhookId = 'webhook_' + hex()
  await store.webhooks.create({
    id: webhookId, organizationId: organization.id, carrier: 'webhook', url: 'https://a.example/', description: '', events: ['a.b'],
    scope: { type: 'organization' }, sealedSecret: 's', signingKey: null, signatures: ['v1'], retired: null, headers: {},
    retrySchedule: [], disableAfter: 0, rateLimit: null, ordering: null, filter: null, revision: 1, createdAt: 1,
    updatedAt: 1, deletedAt: null, activatedAt: 1, status: 'active', health: 'healthy', failureCount: 0, exhaustedInStreak: false,
    lastError: null, lastTriggeredAt: null, pausedUntil: null,
    telling: { state: 'healthy', windowMs: 0, windowEndsAt: null, dueAt: null, unprompted: 0 },
  }, null)
  const unitOf = (id) => ({
    claim: null, run: null, submission: null, target: null,
    events: [{
      id, organizationId: organization.id, type: 'a.b', timestamp: 1, createdAt: 1, body: Buffer.alloc(700, id),
      projectId: null, workflowId: null, runId: null, key: null,
    }],
  })
  const accept = (accepts, room) =>
    store.work.commit(
      { accepts, results: [], claims: [], releases: [], now: 1 },
      { match: () => true, admit: () => room },
    )`

const WRITE_FOR_EVER = `
  for (;;) {
    const id = 'evt_' + hex()
    await accept([unitOf(id)], true)
    say(id)
  }`

const STOP_WITH_MUCH_TO_MOVE = `
  for (let batch = 0; batch < ${MANY / 250}; batch += 1) {
    await accept(Array.from({ length: 250 }, () => unitOf('evt_' + hex())), false)
  }
  const stop = (webhook) => ({ webhook: { ...webhook, status: 'disabled' }, waiting: ['hold'] })
  await store.webhooks.change(organization.id, webhookId, stop)
  await store.work.moveWaiting()
  say(webhookId)
  setInterval(() => {}, 60_000)`

describe('a server killed in the middle of writing', () => {
  test('has lost nothing that it had committed', async () => {
    const child = run(SET_UP + WRITE_FOR_EVER)
    const exit = once(child, 'exit')
    const committed: string[] = []
    for await (const line of createInterface({ input: child.stdout })) {
      committed.push(line)
      if (committed.length === 50) child.kill('SIGKILL')
    }
    expect(await exit).toEqual([null, 'SIGKILL'])
    const store = await open()
    for (const id of committed) {
      expect((await store.events.get(1, id))?.body).toEqual(Buffer.alloc(700, id))
      const { rows } = await store.deliveries.list(1, { eventId: id }, { limit: 2, before: null })
      expect(rows).toMatchObject([{ eventId: id, state: 'pending', fence: 1 }])
    }
    // A row more than was said is what the kill cut off between the commit and the saying.
    const leases = await store.work.recover({
      settle: (facts) => ({
        delivery: { state: 'pending', tries: 0, dueAt: facts.now, endedAt: null },
        webhook: null,
        holdPending: false,
      }),
    })
    expect(leases - committed.length).toBeGreaterThanOrEqual(0)
    expect(leases - committed.length).toBeLessThanOrEqual(1)
    await store.close()
  })

  test('goes on moving what a change of a webhook had begun to move', async () => {
    const child = run(SET_UP + STOP_WITH_MUCH_TO_MOVE)
    const [line] = (await once(child.stdout, 'data')) as [Buffer]
    const webhookId = line.toString().trim()
    const exit = once(child, 'exit')
    child.kill('SIGKILL')
    await exit
    const store = await open()
    const held = () => store.webhooks.countHeld(webhookId)
    expect(await held()).toBe(2 * LIMITS.moveRowsPerSlice)
    expect(await store.work.moveWaiting()).toEqual({ webhookId, organizationId: 1, done: true })
    expect(await held()).toBe(MANY)
    expect(await store.work.moveWaiting()).toBeNull()
    await store.close()
  })
})

describe('opening', () => {
  test('makes files that only their owner can read', async () => {
    const store = await open()
    expect(statSync(join(dataDir, 'sealpost.db')).mode & 0o777).toBe(0o600)
    expect(statSync(join(dataDir, 'sealpost.db-wal')).mode & 0o777).toBe(0o600)
    await store.close()
  })

  test('finds what was stored, and a schema that needs nothing', async () => {
    const first = await open()
    const made = await first.organizations.create(
      { slug: 'a', name: 'A', tier: 'free', createdAt: 1 },
      `proj_${'1'.repeat(32)}`,
    )
    await first.close()
    const second = await open()
    expect(await second.organizations.list()).toEqual([made])
    await second.close()
  })

  test('refuses a schema from the future and leaves it alone', async () => {
    await (await open()).close()
    const newer = migrations.length + 1
    const path = join(dataDir, 'sealpost.db')
    const database = new DatabaseSync(path)
    database.exec(`PRAGMA user_version = ${newer}`)
    database.close()
    await expect(open()).rejects.toThrow(
      `schema version ${newer}; this program knows versions up to ${newer - 1}`,
    )
    const after = new DatabaseSync(path)
    expect(after.prepare('PRAGMA user_version').get()).toEqual({ user_version: newer })
    after.close()
  })

  test('several processes may make one database at once', async () => {
    const children = Array.from({ length: 3 }, () =>
      run(`
        say('up')
        const { createInterface } = await import('node:readline')
        for await (const directory of createInterface({ input: process.stdin })) {
          const store = await open(directory)
          await store.close()
          say('opened')
        }`),
    )
    const lines = children.map((child) => createInterface({ input: child.stdout })[Symbol.asyncIterator]())
    const heard = () => Promise.all(lines.map(async (line) => (await line.next()).value as unknown))
    expect(await heard()).toEqual(['up', 'up', 'up'])
    for (let round = 0; round < 10; round += 1) {
      const directory = join(dataDir, String(round))
      mkdirSync(directory)
      for (const child of children) child.stdin.write(`${directory}\n`)
      expect(await heard()).toEqual(['opened', 'opened', 'opened'])
    }
    for (const child of children) child.stdin.end()
    expect(await Promise.all(children.map((child) => once(child, 'exit')))).toEqual([
      [0, null],
      [0, null],
      [0, null],
    ])
  })
})

describe('the lock of the data directory', () => {
  test('is one server’s at a time', () => {
    const lock = lockDataDirectory(dataDir)
    expect(() => lockDataDirectory(dataDir)).toThrow(`Another server uses the data directory ${dataDir}`)
    lock.release()
    lock.release()
    lockDataDirectory(dataDir).release()
  })

  test('does not keep out the command line', async () => {
    const lock = lockDataDirectory(dataDir)
    const [server, commandLine] = [await open(), await open()]
    const made = await commandLine.organizations.create(
      { slug: 'a', name: 'A', tier: 'free', createdAt: 1 },
      `proj_${'1'.repeat(32)}`,
    )
    expect(await server.organizations.list()).toEqual([made])
    await commandLine.close()
    await server.close()
    lock.release()
  })

  test('goes with its process, however that ends', async () => {
    const child = run(`lockDataDirectory(dataDir); say('locked'); setInterval(() => {}, 60_000)`)
    const [first] = (await once(child.stdout, 'data')) as [Buffer]
    expect(first.toString()).toBe('locked\n')
    expect(() => lockDataDirectory(dataDir)).toThrow('Another server uses')
    child.kill('SIGKILL')
    await once(child, 'exit')
    lockDataDirectory(dataDir).release()
  })
})
