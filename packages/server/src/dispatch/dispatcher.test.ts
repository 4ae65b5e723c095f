import { describe, expect, it } from 'vitest'
import { createEngine, type Answer, type Engine, type EngineOptions } from '../../test/support/engine.ts'
import { LIMITS } from '../core/limits.ts'
import { MINUTE_MS, SECOND_MS } from '../core/time.ts'
import { disable, enable, type Webhook } from '../core/webhook.ts'
import type { Store } from '../store/store.ts'
import type { WorkBatch } from '../store/work.ts'

type Request = Engine['requests'][number]

/** The engine, with the virtual time of every request's start, and how many were in flight to each URL at most. */
async function createObserved(options: EngineOptions = {}) {
  const starts: { url: string; atMs: number }[] = []
  const inFlight = new Map<string, number>()
  const most = new Map<string, number>()
  const answer = async (request: Request): Promise<Awaited<Answer>> => {
    const { url } = request
    starts.push({ url, atMs: engine.clock.monotonic() })
    inFlight.set(url, (inFlight.get(url) ?? 0) + 1)
    most.set(url, Math.max(most.get(url) ?? 0, inFlight.get(url) ?? 0))
    const status = await (options.answer ?? (() => 200))(request)
    inFlight.set(url, (inFlight.get(url) ?? 0) - 1)
    return status
  }
  const engine = await createEngine({ ...options, answer })
  return { ...engine, starts, most }
}

/** Answers after a while of virtual time. */
function after(engine: () => Engine, ms: number, status: number): Promise<number> {
  return new Promise((resolve) => engine().clock.after(ms, () => resolve(status)))
}

/** Could not be sent, which shows after a while of virtual time. */
function unsentAfter(engine: () => Engine, ms: number): Promise<number> {
  return after(engine, ms, 0).then(() => Promise.reject(new Error('no name server answers')))
}

/** Every batch that the store was handed. */
function recordBatches(): { batches: WorkBatch[]; wrap: (store: Store) => Store } {
  const batches: WorkBatch[] = []
  const wrap = (store: Store): Store => ({
    ...store,
    work: {
      ...store.work,
      commit: (batch, decisions) => {
        batches.push(batch)
        return store.work.commit(batch, decisions)
      },
    },
  })
  return { batches, wrap }
}

async function countStates(store: Store): Promise<Record<string, number>> {
  const counts: Record<string, number> = {}
  let before: string | null = null
  do {
    const page = await store.deliveries.list(1, {}, { limit: 200, before })
    for (const { state } of page.rows) counts[state] = (counts[state] ?? 0) + 1
    before = page.next
  } while (before !== null)
  return counts
}

describe('webhooks that hang', () => {
  it('begin with few requests each, and leave their slots once they are known to be slow', async () => {
    const engine = await createObserved({
      slots: 16,
      slotsPerWebhook: 8,
      answer: ({ url }) => (url.includes('hangs') ? after(() => engine, 30 * SECOND_MS, 500) : 200),
    })
    for (let index = 0; index < 16; index++)
      await engine.addWebhook({ url: `https://hangs${index}.example.com/` })
    await engine.publish(20)
    await engine.clock.advance(2 * SECOND_MS)
    expect(Math.max(...engine.most.values())).toBeLessThanOrEqual(2)

    await engine.addWebhook({ url: 'https://lives.example.com/' })
    const askedAt = engine.clock.monotonic()
    await engine.publish(30)
    await engine.clock.advance(10 * SECOND_MS)
    const waits = engine.starts.filter(({ url }) => url.includes('lives')).map(({ atMs }) => atMs - askedAt)
    expect(waits).toHaveLength(30)
    expect(Math.max(...waits)).toBeLessThan(100)
  })

  it('are slow no longer when they answer in time again', async () => {
    let tookMs = 30 * SECOND_MS
    const engine = await createObserved({
      slots: 40,
      slotsPerWebhook: 10,
      answer: () => after(() => engine, tookMs, 200),
    })
    const { url } = await engine.addWebhook()
    await engine.publish(200)
    await engine.clock.advance(10 * SECOND_MS)
    expect(engine.most.get(url)).toBe(2)
    tookMs = 10
    await engine.clock.advance(30 * SECOND_MS)
    expect(engine.most.get(url)).toBe(10)
    expect(engine.starts).toHaveLength(200)
  })
})

describe('a webhook whose attempts could not be sent', () => {
  it('does not wait among those that hang, however long it took to find that out', async () => {
    let isDown = true
    const engine = await createObserved({
      slots: 4,
      answer: ({ url }) => {
        if (url.includes('hangs')) return after(() => engine, 30 * SECOND_MS, 200)
        return isDown ? unsentAfter(() => engine, 6 * SECOND_MS) : 200
      },
    })
    for (let index = 0; index < 8; index++)
      await engine.addWebhook({ url: `https://hangs${index}.example.com/` })
    await engine.publish(5)
    await engine.clock.advance(5 * SECOND_MS)
    await engine.addWebhook({ url: 'https://lives.example.com/' })
    await engine.publish(5)
    await engine.clock.advance(5 * SECOND_MS)
    isDown = false
    await engine.clock.advance(15 * SECOND_MS)
    expect(await countStates(engine.store)).toMatchObject({ delivered: 5 })
  })
})

describe('a webhook that fails', () => {
  it('is probed with one request at a time from its fifth failure on, and not after a success', async () => {
    let alive = false
    const engine = await createObserved({ answer: () => after(() => engine, 100, alive ? 200 : 500) })
    const { url } = await engine.addWebhook()
    await engine.publish(60)
    await engine.clock.advance(SECOND_MS)
    engine.most.clear()
    await engine.clock.advance(2 * SECOND_MS)
    expect(engine.most.get(url)).toBe(1)
    alive = true
    await engine.clock.advance(2 * MINUTE_MS)
    expect(engine.most.get(url)).toBe(10)
    expect(await countStates(engine.store)).toEqual({ delivered: 60 })
  })

  it('is disabled at the time of its schedule, although it hangs and much waits', async () => {
    const engine = await createObserved({ answer: () => after(() => engine, 30 * SECOND_MS, 500) })
    const { id } = await engine.addWebhook()
    await engine.publish(300)
    // 1 + 5 + 30 + 60 minutes, a tenth of jitter, five attempts of half a minute, and as much for a probe before each.
    await engine.clock.advance(112 * MINUTE_MS)
    expect((await engine.webhook(id)).status).toBe('disabled_too_many_failures')
    // Eight times fewer than five attempts for each.
    expect(engine.requests.length).toBeLessThan(250)
  })
})

describe('a rate limit', () => {
  const rateLimit = { requests: 5, seconds: 10 }

  it('is kept, and used up, while more waits', async () => {
    const engine = await createObserved()
    await engine.addWebhook({ rateLimit })
    await engine.publish(22)
    await engine.clock.advance(39 * SECOND_MS)
    const seconds = engine.starts.map(({ atMs }) => Math.floor(atMs / SECOND_MS))
    expect(seconds).toEqual([0, 10, 20, 30].flatMap((second) => Array.from({ length: 5 }, () => second)))
    await engine.clock.advance(2 * SECOND_MS)
    expect(engine.starts).toHaveLength(22)
  })

  it('keeps in memory only what may start soon, and looks at the clock no more often than needed', async () => {
    const { batches, wrap } = recordBatches()
    const engine = await createObserved({ wrap })
    await engine.addWebhook({ rateLimit: { requests: 3, seconds: 3_600 } })
    await engine.publish(50)
    const { rows } = await engine.store.deliveries.list(1, {}, { limit: 100, before: null })
    expect(rows.filter(({ leasedAt }) => leasedAt !== null)).toHaveLength(0)
    expect(rows.filter(({ state }) => state === 'delivered')).toHaveLength(3)
    const before = batches.length
    await engine.clock.advance(3_500 * SECOND_MS)
    expect(batches.length).toBe(before)
    await engine.clock.advance(200 * SECOND_MS)
    expect(engine.starts).toHaveLength(6)
  })

  it('survives that the lane has nothing to do, and that its webhook is stopped for a moment', async () => {
    const engine = await createObserved()
    const { id } = await engine.addWebhook({ rateLimit })
    await engine.publish(5)
    await engine.clock.advance(SECOND_MS)
    await engine.change(id, (webhook) => disable(webhook, engine.clock.now()))
    await engine.change(id, (webhook) => enable(webhook, 'send', engine.clock.now()))
    await engine.publish(1)
    await engine.clock.advance(5 * SECOND_MS)
    expect(engine.starts).toHaveLength(5)
    await engine.clock.advance(5 * SECOND_MS)
    expect(engine.starts).toHaveLength(6)
  })

  it('that is set on a webhook with much in memory gives that back', async () => {
    const engine = await createObserved({ answer: () => after(() => engine, SECOND_MS, 200) })
    const { id } = await engine.addWebhook()
    await engine.publish(60)
    await engine.change(id, (webhook) => ({
      webhook: { ...webhook, rateLimit: { requests: 5, seconds: 3_600 } },
      waiting: [],
    }))
    await engine.clock.advance(MINUTE_MS)
    const { rows } = await engine.store.deliveries.list(1, {}, { limit: 100, before: null })
    expect(rows.filter(({ leasedAt }) => leasedAt !== null)).toHaveLength(0)
    expect(engine.starts).toHaveLength(5)
  })

  it('takes effect when it is changed', async () => {
    const engine = await createObserved()
    const { id } = await engine.addWebhook({ rateLimit: { requests: 1, seconds: 3_600 } })
    await engine.publish(30)
    await engine.clock.advance(MINUTE_MS)
    expect(engine.starts).toHaveLength(1)
    const limitTo = (limit: Webhook['rateLimit']) =>
      engine.change(id, (webhook) => ({ webhook: { ...webhook, rateLimit: limit }, waiting: [] }))
    await limitTo(rateLimit)
    await engine.clock.advance(9 * SECOND_MS)
    expect(engine.starts).toHaveLength(6)
    await limitTo(null)
    await engine.clock.advance(SECOND_MS)
    expect(engine.starts).toHaveLength(30)
  })

  it('counts retries and what is sent again by hand, but no tests', async () => {
    let refusals = 1
    const engine = await createObserved({ answer: () => (refusals-- > 0 ? 500 : 200) })
    const webhook = await engine.addWebhook({ rateLimit: { requests: 2, seconds: 600 }, retrySchedule: [60] })
    await engine.publish(1)
    await engine.clock.advance(70 * SECOND_MS)
    expect(engine.starts).toHaveLength(2)
    const [row] = (await engine.store.deliveries.list(1, {}, { limit: 1, before: null })).rows
    await engine.store.deliveries.resend(1, row!.id, null, engine.clock.now())
    engine.pipeline.dispatcher.noteWaiting(webhook.id, 1)
    await engine.clock.advance(100 * SECOND_MS)
    expect(engine.starts).toHaveLength(2)

    const [event] = [{ ...row!, id: engine.ids.make('evt') }]
    const tested = engine.pipeline.accept({
      claim: null,
      run: null,
      submission: null,
      events: [{ ...(await engine.store.events.get(1, row!.eventId))!, id: event.id }],
      target: { webhookId: webhook.id, kind: 'test' },
    })
    await engine.clock.advance(10)
    const accepted = await tested
    if (accepted.outcome !== 'accepted') throw new Error('the test was not accepted')
    const sent = engine.pipeline.dispatcher.sendNow(accepted.leased[0]!, webhook)
    await engine.clock.advance(10)
    await sent
    expect(engine.starts).toHaveLength(3)
    await engine.clock.advance(600 * SECOND_MS)
    expect(engine.starts).toHaveLength(4)
  })
})

describe('a webhook in strict order', () => {
  it('has one request at a time, in the order of acceptance, with one commit for each', async () => {
    const { batches, wrap } = recordBatches()
    const engine = await createObserved({ wrap, answer: () => after(() => engine, 10, 200) })
    const { url } = await engine.addWebhook({ ordering: 'webhook' })
    const events = await engine.publish(100)
    const before = batches.length
    await engine.clock.advance(20 * SECOND_MS)
    expect(engine.requests.map(({ headers }) => headers['webhook-id'])).toEqual(events.map(({ id }) => id))
    expect(engine.most.get(url)).toBe(1)
    expect(batches.length - before).toBeLessThanOrEqual(100)
  })

  it('waits for the retry of what failed', async () => {
    let refusals = 1
    const engine = await createObserved({ answer: () => (refusals-- > 0 ? 500 : 200) })
    await engine.addWebhook({ ordering: 'webhook', retrySchedule: [60] })
    const [first] = await engine.publish(3)
    await engine.clock.advance(50 * SECOND_MS)
    expect(engine.requests).toHaveLength(1)
    await engine.clock.advance(20 * SECOND_MS)
    expect(engine.requests).toHaveLength(4)
    expect(engine.requests[1]?.headers['webhook-id']).toBe(first?.id)
  })

  it('by key: each key in its order, different ones beside each other', async () => {
    const engine = await createObserved({ answer: () => after(() => engine, 100, 200) })
    const { url } = await engine.addWebhook({ ordering: 'key' })
    const events: string[][] = [[], [], []]
    for (let round = 0; round < 10; round++) {
      for (const [key, ids] of events.entries()) {
        ids.push((await engine.publish(1, { key: `key ${key}` }))[0]!.id)
      }
    }
    await engine.clock.advance(5 * SECOND_MS)
    const sent = engine.requests.map(({ headers }) => headers['webhook-id'] ?? '')
    expect(sent).toHaveLength(30)
    for (const ids of events) expect(sent.filter((id) => ids.includes(id))).toEqual(ids)
    expect(engine.most.get(url)).toBe(3)
  })
})

describe('a webhook that a result stops', () => {
  it('starts nothing after that commit; what was under way may end', async () => {
    const answers: ((status: number) => void)[] = []
    const engine = await createObserved({
      slotsPerWebhook: 2,
      answer: () => new Promise<number>((resolve) => answers.push(resolve)),
    })
    const { id } = await engine.addWebhook()
    await engine.publish(10)
    expect(engine.starts).toHaveLength(2)
    // Both free their slot before the commit; what they let start then is still under way when it is made.
    answers[0]!(200)
    answers[1]!(410)
    await engine.clock.advance(MINUTE_MS)
    expect(engine.starts).toHaveLength(4)
    expect((await engine.webhook(id)).status).toBe('disabled_gone')
    answers[2]!(200)
    answers[3]!(200)
    await engine.clock.advance(MINUTE_MS)
    expect(engine.starts).toHaveLength(4)
    expect(await countStates(engine.store)).toEqual({ delivered: 3, held: 7 })
  })
})

describe('a webhook with a large backlog', () => {
  const backlog = 2 * LIMITS.moveRowsPerSlice + 500

  async function createBacklogged() {
    const engine = await createObserved({
      slotsPerWebhook: 1,
      answer: () => after(() => engine, 2_000_000, 200),
    })
    const webhook = await engine.addWebhook()
    await engine.publish(backlog)
    return { engine, webhook }
  }

  it('that is disabled starts nothing more, and holds what waits, slice by slice', async () => {
    const { engine, webhook } = await createBacklogged()
    await engine.change(webhook.id, (now) => disable(now, engine.clock.now()))
    expect((await countStates(engine.store))['held']).toBeLessThan(backlog)
    await engine.clock.advance(SECOND_MS)
    const { held, pending = 0 } = await countStates(engine.store)
    expect([held, pending]).toEqual([backlog, 0])
    expect(engine.starts).toHaveLength(1)
  })

  it('that is disabled and enabled at once sends all of it', async () => {
    let tookMs = 1_000
    const engine = await createObserved({
      slotsPerWebhook: 2,
      answer: () => after(() => engine, tookMs, 200),
    })
    const webhook = await engine.addWebhook()
    await engine.publish(backlog)
    await engine.change(webhook.id, (now) => disable(now, engine.clock.now()))
    await engine.change(webhook.id, (now) => enable(now, 'send', engine.clock.now()))
    tookMs = 0
    await engine.clock.advance(2 * MINUTE_MS)
    expect(await countStates(engine.store)).toEqual({ delivered: backlog })
    expect(engine.starts).toHaveLength(backlog)
  })

  it('goes on moving at the next start, and stops between two slices when the server does', async () => {
    const { engine, webhook } = await createBacklogged()
    await engine.change(webhook.id, (now) => disable(now, engine.clock.now()))
    void engine.pipeline.drain()
    await engine.clock.advance(SECOND_MS)
    const { held = 0 } = await countStates(engine.store)
    expect(held).toBeLessThan(backlog)
    const next = await engine.restart(() => 200)
    await next.clock.advance(SECOND_MS)
    expect(await countStates(next.store)).toEqual({ held: backlog })
  })
})

describe('a wall clock that is set back by an hour', () => {
  it('delays nothing that was due, and hastens no retry', async () => {
    let refusals = 1
    const engine = await createObserved({ answer: () => (refusals-- > 0 ? 500 : 200) })
    await engine.addWebhook({ retrySchedule: [60] })
    await engine.publish(3 * LIMITS.laneReadyMax)
    engine.clock.step(-60 * MINUTE_MS)
    await engine.clock.advance(5 * SECOND_MS)
    expect(engine.starts).toHaveLength(3 * LIMITS.laneReadyMax)
    await engine.clock.advance(50 * SECOND_MS)
    expect(engine.starts).toHaveLength(3 * LIMITS.laneReadyMax)
    await engine.clock.advance(20 * SECOND_MS)
    expect(await countStates(engine.store)).toEqual({ delivered: 3 * LIMITS.laneReadyMax })
  })

  it('does not show in the time of a signature', async () => {
    const engine = await createObserved()
    await engine.addWebhook()
    engine.clock.step(-60 * MINUTE_MS)
    await engine.publish(1)
    const timestamp = Number(engine.requests[0]?.headers['webhook-timestamp'])
    expect(Math.abs(timestamp * SECOND_MS - engine.clock.now())).toBeLessThan(2 * SECOND_MS)
  })
})
