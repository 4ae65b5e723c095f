import { describe, expect, it } from 'vitest'
import { createEngine, type Engine } from '../../test/support/engine.ts'
import { Problem } from '../core/errors.ts'
import { LIMITS } from '../core/limits.ts'
import { HOUR_MS, MINUTE_MS } from '../core/time.ts'
import { disable, enable } from '../core/webhook.ts'
import type { Store } from '../store/store.ts'

async function states(engine: Engine): Promise<Record<string, number>> {
  const counts: Record<string, number> = {}
  let before: string | null = null
  do {
    const page = await engine.store.deliveries.list(1, {}, { limit: 200, before })
    for (const { state } of page.rows) counts[state] = (counts[state] ?? 0) + 1
    before = page.next
  } while (before !== null)
  return counts
}

describe('an accepted event', () => {
  it('is sent at once to each webhook that matches, with the same bytes and id', async () => {
    const engine = await createEngine()
    await engine.addWebhook({ url: 'https://one.example.com/' })
    await engine.addWebhook({ url: 'https://two.example.com/' })
    await engine.addWebhook({ url: 'https://other.example.com/', events: ['run.failed'] })
    const [event] = await engine.publish()
    expect(engine.requests.map(({ url }) => url).sort()).toEqual([
      'https://one.example.com/',
      'https://two.example.com/',
    ])
    for (const { body, headers } of engine.requests) {
      expect(body).toBe(event!.body)
      expect(headers['webhook-id']).toBe(event!.id)
    }
    expect(await states(engine)).toEqual({ delivered: 2 })
  })

  it('is retried on schedule until it is acknowledged, signed afresh each time', async () => {
    let refusals = 2
    const engine = await createEngine({ answer: () => (refusals-- > 0 ? 500 : 200) })
    const webhook = await engine.addWebhook()
    await engine.publish()
    await engine.clock.advance(MINUTE_MS - 1_000)
    expect(engine.requests).toHaveLength(1)
    await engine.clock.advance(8_000)
    expect(engine.requests).toHaveLength(2)
    await engine.clock.advance(6 * MINUTE_MS)
    expect(engine.requests).toHaveLength(3)
    expect(await states(engine)).toEqual({ delivered: 1 })
    expect(new Set(engine.requests.map(({ headers }) => headers['webhook-timestamp'])).size).toBe(3)
    expect(new Set(engine.requests.map(({ headers }) => headers['webhook-id'])).size).toBe(1)
    expect(await engine.webhook(webhook.id)).toMatchObject({
      failureCount: 0,
      health: 'healthy',
      lastError: null,
    })
  })

  it('overflows into the store when memory has no room, and every one still arrives', async () => {
    const engine = await createEngine({ slots: 20, slotsPerWebhook: 5 })
    await engine.addWebhook()
    const events = 6 * LIMITS.laneReadyMax
    await engine.publish(events)
    await engine.clock.advance(2_000)
    expect(engine.requests).toHaveLength(events)
    expect(await states(engine)).toEqual({ delivered: events })
  })
})

describe('a webhook with a filter', () => {
  it('is owed what the filter lets through, and nothing else', async () => {
    const wanted = new Set<string>()
    const engine = await createEngine({
      judgeFilters: async ({ id }, filters) => new Map(filters.map((filter) => [filter, wanted.has(id)])),
    })
    await engine.addWebhook({ filter: 'score < 50' })
    await engine.publish(1, { id: 'evt_refused' })
    wanted.add('evt_wanted')
    await engine.publish(1, { id: 'evt_wanted' })
    expect(engine.requests.map(({ headers }) => headers['webhook-id'])).toEqual(['evt_wanted'])
    expect(await states(engine)).toEqual({ delivered: 1 })
  })
})

describe('what an outcome makes known of a webhook', () => {
  it('is sent at once to the webhooks that listen for it, and logged as any event', async () => {
    const engine = await createEngine({ answer: ({ url }) => (url.includes('dead') ? 500 : 200) })
    const { id } = await engine.addWebhook({ url: 'https://dead.example.com/' })
    await engine.addWebhook({ url: 'https://listens.example.com/', events: ['webhook.failing'] })
    await engine.publish(3)
    const [told, ...more] = engine.requests.filter(({ url }) => url.includes('listens'))
    expect(JSON.parse(told!.body.toString())).toMatchObject({
      type: 'webhook.failing',
      data: { webhook_id: id },
    })
    expect(more).toEqual([])
    expect(engine.accepted.map(({ type }) => type).sort()).toEqual([
      ...Array.from({ length: 3 }, () => 'run.completed'),
      'webhook.failing',
    ])
  })
})

describe('a dead endpoint', () => {
  it('is disabled by its fifth attempt; what comes meanwhile is held, and sent when it is enabled again', async () => {
    let alive = false
    const engine = await createEngine({ answer: () => (alive ? 200 : 503) })
    const webhook = await engine.addWebhook()
    await engine.publish()
    await engine.clock.advance(3 * HOUR_MS)
    expect(engine.requests).toHaveLength(5)
    expect(await engine.webhook(webhook.id)).toMatchObject({
      status: 'disabled_too_many_failures',
      failureCount: 5,
      lastError: 'Your server failed (503 Service Unavailable).',
    })
    await engine.publish(3)
    expect(await states(engine)).toEqual({ exhausted: 1, held: 3 })
    expect(engine.requests).toHaveLength(5)

    alive = true
    await engine.change(webhook.id, (now) => enable(now, 'send', engine.clock.now()))
    await engine.clock.advance(100)
    expect(await states(engine)).toEqual({ exhausted: 1, delivered: 3 })
  })
})

describe('a webhook that hangs', () => {
  it('takes few slots; the others are served', async () => {
    const engine = await createEngine({
      slots: 12,
      slotsPerWebhook: 4,
      answer: ({ url }) => (url.includes('hangs') ? new Promise<number>(() => undefined) : 200),
    })
    await engine.addWebhook({ url: 'https://hangs.example.com/' })
    await engine.addWebhook({ url: 'https://lives.example.com/' })
    await engine.publish(50)
    await engine.clock.advance(1_000)
    const sent = (name: string) => engine.requests.filter(({ url }) => url.includes(name)).length
    expect(sent('hangs')).toBe(2)
    expect(sent('lives')).toBe(50)
  })
})

describe('a webhook that its owner disables', () => {
  it('starts nothing after the change, and holds what waits', async () => {
    const answers: ((status: number) => void)[] = []
    const engine = await createEngine({
      slotsPerWebhook: 2,
      answer: () => new Promise<number>((resolve) => answers.push(resolve)),
    })
    const webhook = await engine.addWebhook()
    await engine.publish(10)
    expect(engine.requests).toHaveLength(2)
    await engine.change(webhook.id, (now) => disable(now, engine.clock.now()))
    answers[0]!(200)
    answers[1]!(500)
    await engine.clock.advance(HOUR_MS)
    expect(engine.requests).toHaveLength(2)
    expect(await states(engine)).toEqual({ delivered: 1, held: 9 })
  })
})

describe('changes in quick succession', () => {
  it('disable and enable: what was given back is sent at once, not when somebody looks again', async () => {
    const answers: ((status: number) => void)[] = []
    const engine = await createEngine({
      slotsPerWebhook: 1,
      answer: () => new Promise<number>((resolve) => answers.push(resolve)),
    })
    const { id } = await engine.addWebhook()
    await engine.publish(3)
    const now = engine.clock.now()
    await Promise.all([
      engine.change(id, (webhook) => disable(webhook, now)),
      engine.change(id, (webhook) => enable(webhook, 'send', now + 1)),
    ])
    answers[0]!(200)
    await engine.clock.advance(100)
    expect(engine.requests).toHaveLength(2)
  })

  it('a change that ends while another is under way lets nothing start', async () => {
    const engine = await createEngine()
    const { id } = await engine.addWebhook()
    const resume = engine.pipeline.dispatcher.pause(id, 1)
    await engine.change(id, (webhook) => ({ webhook: { ...webhook, description: 'new' }, waiting: [] }))
    await engine.publish(2)
    expect(engine.requests).toHaveLength(0)
    resume(await engine.webhook(id))
    await engine.clock.advance(100)
    expect(engine.requests).toHaveLength(2)
  })

  it('a change that nobody could read the end of is read before anything starts', async () => {
    const engine = await createEngine()
    const { id } = await engine.addWebhook()
    engine.pipeline.dispatcher.pause(id, 1)(null)
    await engine.publish(2)
    await engine.clock.advance(100)
    expect(engine.requests).toHaveLength(2)
  })
})

describe('more webhooks with work than memory holds', () => {
  it('are served as soon as others turn out to have less than was kept free for them', async () => {
    const engine = await createEngine({
      answer: ({ url }) => (url.includes('hangs') ? new Promise<number>(() => undefined) : 200),
    })
    const crowd = LIMITS.readyMax / LIMITS.laneReadyMax + 10
    for (let index = 0; index < crowd; index++) {
      const kind = index < crowd - 10 ? 'hangs' : 'lives'
      await engine.addWebhook({ url: `https://${kind}${index}.example.com/`, status: 'disabled' })
    }
    await engine.publish(1)
    const { rows } = await engine.store.webhooks.list(1, 'webhooks', { limit: 200, before: null })
    await Promise.all(
      rows.map(({ id }) => engine.change(id, (now) => enable(now, 'send', engine.clock.now()))),
    )
    await engine.clock.advance(1_000)
    expect(engine.requests.filter(({ url }) => url.includes('lives'))).toHaveLength(10)
  })
})

describe('reads that fail', () => {
  it('lose nothing: what was claimed is given back, and the search for waiting work goes on', async () => {
    let broken = false
    const failing = <Value>(value: () => Promise<Value>): Promise<Value> =>
      broken ? Promise.reject(new Problem('store_unavailable', 'I/O error')) : value()
    const wrap = (store: Store): Store => ({
      ...store,
      work: { ...store.work, lanes: () => failing(() => store.work.lanes()) },
      webhooks: { ...store.webhooks, byId: (id) => failing(() => store.webhooks.byId(id)) },
    })
    let refusals = 1
    const engine = await createEngine({ wrap, answer: () => (refusals-- > 0 ? 500 : 200) })
    await engine.addWebhook({ retrySchedule: [60] })
    await engine.publish()
    const next = await engine.restart(() => 200)
    broken = true
    await next.clock.advance(10 * MINUTE_MS)
    expect(next.failures.length).toBeGreaterThan(5)
    broken = false
    await next.clock.advance(MINUTE_MS)
    expect(await states(next)).toEqual({ delivered: 1 })
  })
})

describe('a server that dies', () => {
  it('leaves its attempts as unknown, and the next one delivers them with the same id', async () => {
    const engine = await createEngine({ answer: () => new Promise<number>(() => undefined) })
    await engine.addWebhook()
    const events = await engine.publish(30)
    const next = await engine.restart(() => 200)
    await next.clock.advance(1_000)
    expect(await states(next)).toEqual({ delivered: 30 })
    const [row] = (
      await next.store.deliveries.list(1, { eventId: events[0]!.id }, { limit: 1, before: null })
    ).rows
    const attempts = await next.store.deliveries.attempts(1, row!.id)
    expect(attempts.map(({ outcome, number }) => [number, outcome])).toEqual([
      [1, 'unknown'],
      [2, 'delivered'],
    ])
  })

  it('gives back on a calm stop what it had not started, which then is no attempt at all', async () => {
    const answers: ((status: number) => void)[] = []
    const engine = await createEngine({
      slotsPerWebhook: 1,
      answer: () => new Promise<number>((resolve) => answers.push(resolve)),
    })
    await engine.addWebhook()
    await engine.publish(5)
    const drained = engine.pipeline.drain()
    answers[0]!(200)
    await engine.clock.advance(1_000)
    await drained
    const rows = (await engine.store.deliveries.list(1, {}, { limit: 10, before: null })).rows
    expect(rows.map(({ state, leasedAt, attemptCount }) => [state, leasedAt, attemptCount]).sort()).toEqual([
      ['delivered', null, 1],
      ...Array.from({ length: 4 }, () => ['pending', null, 0]),
    ])
  })
})

describe('a store that cannot write', () => {
  it('refuses new events, and keeps the results of attempts until it can', async () => {
    let broken = false
    const wrap = (store: Store): Store => ({
      ...store,
      work: {
        ...store.work,
        commit: (batch, decisions) =>
          broken
            ? Promise.reject(new Problem('store_full', 'no space'))
            : store.work.commit(batch, decisions),
      },
    })
    let answer: (status: number) => void = () => undefined
    const engine = await createEngine({
      wrap,
      answer: () => new Promise<number>((resolve) => (answer = resolve)),
    })
    await engine.addWebhook()
    await engine.publish()
    broken = true
    answer(200)
    await expect(engine.publish()).rejects.toThrow('no space')
    await engine.clock.advance(60_000)
    expect(await states(engine)).toEqual({ pending: 1 })
    broken = false
    await engine.clock.advance(10_000)
    expect(await states(engine)).toEqual({ delivered: 1 })
    expect(engine.requests).toHaveLength(1)
    expect(engine.failures.length).toBeGreaterThan(2)
  })
})
