import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { compose } from './compose.ts'
import { settingsWith } from './config/load.ts'
import type { Settings } from './config/settings.ts'
import { systemClock, type Clock } from './core/clock.ts'
import { systemRandom } from './core/random.ts'
import { createWorld } from './store/conformance/world.ts'
import { openSqliteStore } from './store/sqlite/index.ts'

let dataDir = ''
beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'sealpost-compose-'))
})
afterEach(() => rmSync(dataDir, { recursive: true }))

/** The machine's clock, and how many of its timers are neither due nor cancelled. */
function countingClock(): Clock & { waiting: () => number } {
  const waiting = new Set<object>()
  return {
    ...systemClock,
    waiting: () => waiting.size,
    after(delayMs, action) {
      const token = {}
      waiting.add(token)
      const timer = systemClock.after(delayMs, () => {
        waiting.delete(token)
        action()
      })
      return {
        cancel() {
          waiting.delete(token)
          timer.cancel()
        },
      }
    },
  }
}

/** Two runs that a stopped server left: the first is being judged by the time the second one's workflow cannot be read. */
async function leaveUnfinishedRuns(): Promise<{ mend: () => void }> {
  const world = await createWorld(async (options) => {
    const store = await openSqliteStore({ dataDir, ...options })
    return { store, cleanUp: () => store.close() }
  })
  const step = { type: 'json-schema', name: 'a', failureMode: 'blocking', config: { schema: {} } } as const
  const ids: number[] = []
  for (const slug of ['first', 'second']) {
    const created = await world.store.workflows.create({ ...world.workflow, slug, steps: [step] }, null)
    if (created.outcome !== 'created') throw new Error(`the workflow was ${created.outcome}`)
    ids.push(created.row.id)
    await world.acceptUnit({ run: world.run({ workflowId: created.row.id }), submission: Buffer.from('{}') })
  }
  await world.cleanUp()
  const setSteps = (steps: string): void => {
    const database = new DatabaseSync(join(dataDir, 'sealpost.db'))
    database.prepare('UPDATE workflows SET steps = ? WHERE id = ?').run(steps, ids.at(-1) ?? 0)
    database.close()
  }
  setSteps('{')
  return { mend: () => setSteps('[]') }
}

function settingsHere(): Settings {
  return settingsWith({ dataDir, logLevel: 'silent' }, { workingDirectory: dataDir, parallelism: 1 })
}

const processes = () => process.getActiveResourcesInfo().filter((name) => name === 'ProcessWrap').length

test('what was started is stopped when composing fails, and the data directory is free', async () => {
  const { mend } = await leaveUnfinishedRuns()
  const settings = settingsHere()
  const clock = countingClock()
  const before = processes()
  await expect(compose(settings, { clock, random: systemRandom })).rejects.toThrow(SyntaxError)
  expect(clock.waiting()).toBe(0)
  // The handle of a process goes a moment after its exit was heard.
  await expect.poll(processes).toBe(before)

  mend()
  const server = await compose(settings, { clock, random: systemRandom })
  expect(clock.waiting()).toBeGreaterThan(0)
  await server.stop()
  expect(clock.waiting()).toBe(0)
})

test('a key that cannot be used leaves no database open', async () => {
  writeFileSync(join(dataDir, 'secret.key'), 'damaged', { mode: 0o600 })
  await expect(compose(settingsHere())).rejects.toThrow('secret.key is damaged')
  expect(existsSync(join(dataDir, 'sealpost.db'))).toBe(true)
  // SQLite removes it with the last connection.
  expect(existsSync(join(dataDir, 'sealpost.db-wal'))).toBe(false)
})
