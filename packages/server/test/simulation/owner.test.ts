import { expect, it } from 'vitest'
import { MINUTE_MS } from '../../src/core/time.ts'
import { createDice } from './dice.ts'
import { createWebhook } from './owner.ts'
import { scenarioOf } from './scenario.ts'
import { createWorld, type World } from './world.ts'

/** Of webhooks whose receivers say where their names lead: each has a host for itself. */
async function openWorld(): Promise<World> {
  const world = await createWorld({ ...scenarioOf(1), receivers: ['rebinding'] })
  world.cluster.launch()
  await world.clock.advance(MINUTE_MS)
  return world
}

async function hostsOf({ webhooks, backing }: World): Promise<Set<string>> {
  const rows = await Promise.all(webhooks.map(({ id }) => backing.store.webhooks.byId(id)))
  return new Set(rows.map((webhook) => new URL(webhook!.url).hostname))
}

it.each([
  ['made at the same moment', 0],
  ['made after one that the store refused', 1],
])('no webhook leads to the host of another: %s', async (_when, refused) => {
  const world = await openWorld()
  const create = (seed: number): void =>
    void createWebhook(world, world.tenants[0]!, createDice(seed)).catch(() => undefined)
  world.weather.failing = refused
  create(1)
  await world.clock.advance(MINUTE_MS * refused)
  world.weather.failing = 0
  create(2)
  create(3)
  await world.clock.advance(MINUTE_MS)
  expect((await hostsOf(world)).size).toBe(3 - refused)
  await world.backing.remove()
})
