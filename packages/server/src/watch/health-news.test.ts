import { describe, expect, it } from 'vitest'
import { createEngine, type Engine } from '../../test/support/engine.ts'
import { HOUR_MS, MINUTE_MS, SECOND_MS } from '../core/time.ts'
import { enable } from '../core/webhook.ts'

const NEWS = ['webhook.failing', 'webhook.recovered', 'webhook.disabled']

/** Webhooks by the path of their URL, each with a receiver that answers what `answers` says at the time. */
async function createWorld(names: readonly string[], fields: object = {}) {
  const answers = new Map<string, () => number>()
  const engine = await createEngine({
    answer: ({ url }) => (answers.get(new URL(url).pathname.slice(1)) ?? (() => 200))(),
  })
  const ids = new Map<string, string>()
  for (const name of names) {
    const { id } = await engine.addWebhook({
      ...{ url: `https://receiver.example.com/${name}`, events: ['run.completed', ...NEWS] },
      ...{ retrySchedule: [1, 1, 1, 1], ...fields },
    })
    ids.set(name, id)
  }
  return { ...engine, answers, idOf: (name: string) => ids.get(name)! }
}

/** Refuses three times, then takes one, and so on. */
function flapping(): () => number {
  let count = 0
  return () => (++count % 4 === 0 ? 200 : 503)
}

/** What was told of a webhook, or of all, oldest first. */
async function toldOf({ store }: Pick<Engine, 'store'>, id?: string) {
  const { rows } = await store.events.list(1, {}, { limit: 1_000, before: null })
  return rows
    .filter(({ type, key }) => NEWS.includes(type) && (id === undefined || key === id))
    .reverse()
    .map(({ type, createdAt }) => ({ type: type.slice('webhook.'.length), createdAt }))
}

describe('four webhooks that flap and hear of each other', () => {
  it('cause a bounded number of requests with one event, and in the end what was told is so', async () => {
    const world = await createWorld(['a', 'b', 'c', 'd'])
    for (const name of ['a', 'b', 'c', 'd']) world.answers.set(name, flapping())
    await world.publish()
    await world.clock.advance(MINUTE_MS)
    expect(world.requests.length).toBeLessThanOrEqual(4 * 4 * 5)
    await world.clock.advance(2 * 24 * HOUR_MS)
    const requests = world.requests.length
    expect(requests).toBeLessThan(1_000)
    for (const name of ['a', 'b', 'c', 'd']) {
      const told = await toldOf(world, world.idOf(name))
      const { health } = await world.webhook(world.idOf(name))
      expect(told.at(-1)?.type ?? 'recovered').toBe(health === 'failing' ? 'failing' : 'recovered')
    }
    expect((await toldOf(world)).length).toBeGreaterThan(0)
    await world.clock.advance(30 * 24 * HOUR_MS)
    expect(world.requests).toHaveLength(requests)
    expect(world.failures).toEqual([])
  })
})

describe('what is told of a webhook that turns to and fro', () => {
  /** Ordinary events, which a receiver refuses and takes in turn. */
  async function turn(world: Awaited<ReturnType<typeof createWorld>>, status: number): Promise<void> {
    world.answers.set('a', () => status)
    await world.publish(status === 200 ? 1 : 3)
    await world.clock.advance(SECOND_MS)
  }

  it('is one event in a window, and at its end what is so by then; windows grow', async () => {
    const world = await createWorld(['a', 'listener'], { disableAfter: 0, retrySchedule: [] })
    for (let count = 0; count < 12; count++) {
      await turn(world, count % 2 === 0 ? 503 : 200)
      await world.clock.advance(MINUTE_MS)
    }
    await turn(world, 503)
    await world.clock.advance(3 * HOUR_MS)
    const told = await toldOf(world, world.idOf('a'))
    expect(told.length).toBeLessThanOrEqual(4)
    expect(told.at(-1)?.type).toBe('failing')
    told.forEach(({ createdAt, type }, index) => {
      const before = told[index - 1]
      if (before === undefined) return
      expect(before.type).not.toBe(type)
      expect(createdAt - before.createdAt).toBeGreaterThanOrEqual(5 * MINUTE_MS)
    })
  })

  it('is told after a restart when its time came meanwhile', async () => {
    const world = await createWorld(['a', 'listener'], { disableAfter: 0, retrySchedule: [] })
    await turn(world, 503)
    await turn(world, 200)
    expect(await toldOf(world)).toMatchObject([{ type: 'failing' }])
    await world.pipeline.drain()
    await world.clock.advance(HOUR_MS)
    expect(await toldOf(world)).toHaveLength(1)
    const later = await world.restart(() => 200)
    await later.clock.advance(SECOND_MS)
    expect(await toldOf(later)).toMatchObject([{ type: 'failing' }, { type: 'recovered' }])
    const bodies = later.requests.map(({ url, body }) => [
      new URL(url).pathname,
      JSON.parse(String(body)).type,
    ])
    expect(bodies).toEqual([['/listener', 'webhook.recovered']])
  })

  it('is always that it was disabled, also by attempts that carried news', async () => {
    const world = await createWorld(['a', 'listener'], { retrySchedule: [] })
    const { id: dead } = await world.addWebhook({
      ...{ url: 'https://receiver.example.com/dead', events: NEWS },
      ...{ retrySchedule: [0, 0, 0, 0] },
    })
    world.answers.set('dead', () => 500)
    await turn(world, 503)
    await world.clock.advance(MINUTE_MS)
    expect(await toldOf(world, dead)).toMatchObject([{ type: 'disabled' }])
    await world.clock.advance(HOUR_MS)
    expect(await toldOf(world, dead)).toHaveLength(1)
    expect((await world.webhook(dead)).telling).toMatchObject({ state: 'failing', dueAt: null })
  })

  it('is not that it recovered when its owner enables it', async () => {
    const world = await createWorld(['a', 'listener'], { retrySchedule: [0, 0, 0, 0] })
    await turn(world, 503)
    expect((await toldOf(world)).map(({ type }) => type)).toEqual(['failing', 'disabled'])
    await world.change(world.idOf('a'), (webhook) => enable(webhook, 'drop', world.clock.now()))
    await turn(world, 200)
    await world.clock.advance(2 * HOUR_MS)
    expect(await toldOf(world)).toHaveLength(2)
  })

  it('is no more than sixty times an hour of all webhooks; the others are told in the next', async () => {
    const names = Array.from({ length: 70 }, (_, index) => `many-${index}`)
    const world = await createWorld(names, { events: ['run.completed'], disableAfter: 0, retrySchedule: [] })
    for (const name of names) world.answers.set(name, () => 500)
    await world.publish(3)
    await world.clock.advance(59 * MINUTE_MS)
    expect(await toldOf(world)).toHaveLength(60)
    await world.clock.advance(2 * MINUTE_MS)
    expect(await toldOf(world)).toHaveLength(70)
  })
})
