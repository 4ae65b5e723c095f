import { once } from 'node:events'
import { spawn } from 'node:child_process'
import type { ChildProcessWithoutNullStreams } from 'node:child_process'
import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { createInterface } from 'node:readline'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { lockDataDirectory } from './data-directory-lock.ts'
import { openSqliteStore } from './index.ts'
import { migrations } from './migrations/index.ts'

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

const WRITE_FOR_EVER = `
  const store = await open()
  const organization = await store.organizations.create({ slug: 'a', name: 'A', tier: 'free', createdAt: 1 }, 'proj_' + hex())
  await store.webhooks.create({
    id: 'webhook_' + hex(), organizationId: organization.id, url: 'https://a.example/', description: '', events: ['a.b'],
    scope: { type: 'organization' }, sealedSecret: 's', headers: {}, retrySchedule: [], disableAfter: 0, createdAt: 1,
    updatedAt: 1, deletedAt: null, status: 'active', health: 'healthy', failureCount: 0, exhaustedInStreak: false,
    lastError: null, lastTriggeredAt: null,
  }, null)
  const decisions = { match: () => true, admit: () => true }
  for (;;) {
    const id = 'evt_' + hex()
    const event = {
      id, organizationId: organization.id, type: 'a.b', timestamp: 1, createdAt: 1, body: Buffer.alloc(700, id),
      projectId: null, workflowId: null, runId: null, key: null,
    }
    const unit = { claim: null, run: null, submission: null, events: [event], target: null }
    await store.work.commit({ accepts: [unit], results: [], claims: [], releases: [], now: 1 }, decisions)
    say(id)
  }`

describe('a server killed in the middle of writing', () => {
  test('has lost nothing that it had committed', async () => {
    const child = run(WRITE_FOR_EVER)
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
      for (const child of children) child.stdin.write(`${join(dataDir, String(round))}\n`)
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
