import { cpSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { failedReport, okReport } from '../conformance/decisions.ts'
import { createWorld } from '../conformance/world.ts'
import type { EngineOptions } from '../options.ts'
import { openSqliteStore } from './index.ts'

let directory = ''

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'sealpost-replay-'))
})
afterEach(() => {
  rmSync(directory, { recursive: true })
})

function open(name: string, options: EngineOptions) {
  const dataDir = join(directory, name)
  mkdirSync(dataDir, { recursive: true })
  return openSqliteStore({ dataDir, ...options })
}

test('what was queued by hand is there after a crash, and is not queued again', async () => {
  const world = await createWorld(async (options) => {
    const store = await open('first', options)
    return { store, cleanUp: () => store.close() }
  })
  const { store, organization, accept, event, addWebhook, lease, settle, ids, clock } = world
  const missed = event()
  await accept([missed])
  const webhook = await addWebhook({ retrySchedule: [] })
  const [again, once] = [await lease(), await lease()]
  await settle(again, failedReport(500))
  await settle(once, okReport())
  clock.now += 1
  const request = { webhook, since: 0, until: Infinity, types: webhook.events, after: null, limit: 500 }
  const { items } = await store.deliveries.replayable({ ...request, states: ['never', 'exhausted'] })
  expect(await store.deliveries.replay(webhook.id, items, clock.now)).toBe(2)
  await store.deliveries.resend(organization.id, once.delivery.id, null, clock.now)
  const queued = (await store.deliveries.list(organization.id, {}, { limit: 9, before: null })).rows
  expect(queued.map(({ dueAt }) => dueAt)).toEqual([clock.now, clock.now, clock.now, null, null])

  // The files as a crash leaves them: nothing was closed, and the log not written back.
  cpSync(join(directory, 'first'), join(directory, 'second'), { recursive: true })
  await world.cleanUp()
  const options = { now: () => clock.now, makeDeliveryId: () => ids.make('dlv') }
  const reopened = await open('second', options)
  const found = (await reopened.deliveries.list(organization.id, {}, { limit: 9, before: null })).rows
  expect(found).toEqual(queued)
  expect(await reopened.deliveries.countByEvent(organization.id, [missed.id])).toEqual([1])
  expect(await reopened.deliveries.replay(webhook.id, items, clock.now)).toBe(0)
  await reopened.close()
})
