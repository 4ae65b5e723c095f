import { describe, expect, it } from 'vitest'
import { createEngine, type Engine, type EngineOptions } from '../../test/support/engine.ts'
import { START_MS } from '../../test/support/virtual-clock.ts'
import { HOUR_MS, MINUTE_MS, SECOND_MS } from '../core/time.ts'
import { disable, enable, unpaused } from '../core/webhook.ts'

const BUSY = { status: 503, headers: { 'retry-after': '3600' } }

/** An engine whose receiver asks for an hour at its first request, and acknowledges all others. */
async function pausedEngine(options: EngineOptions = {}, fields = {}): Promise<Engine & { id: string }> {
  let count = 0
  const engine = await createEngine({ answer: () => (++count === 1 ? BUSY : 200), ...options })
  const { id } = await engine.addWebhook(fields)
  await engine.publish()
  expect(engine.requests).toHaveLength(1)
  return { ...engine, id }
}

async function deliveries({ store }: Pick<Engine, 'store'>) {
  return (await store.deliveries.list(1, {}, { limit: 100, before: null })).rows
}

describe('while its receiver wants to be left alone', () => {
  it('nothing of a webhook starts; then all of it does, as slowly as with a new one', async () => {
    const engine = await pausedEngine({ slotsPerWebhook: 10 })
    await engine.publish(20)
    const { pausedUntil, failureCount, status } = await engine.webhook(engine.id)
    expect([pausedUntil, failureCount, status]).toEqual([expect.any(Number), 1, 'active'])
    await engine.clock.advance(pausedUntil! - engine.clock.now() - 1)
    expect(engine.requests).toHaveLength(1)
    await engine.clock.advance(MINUTE_MS)
    expect(engine.requests).toHaveLength(22)
  })

  it('it takes no slot, no memory and no timer that rings in vain', async () => {
    const engine = await pausedEngine()
    let timers = 0
    const after = engine.clock.after.bind(engine.clock)
    engine.clock.after = (...asked) => {
      timers += 1
      return after(...asked)
    }
    const other = await engine.addWebhook({ events: ['other'] })
    await engine.publish(150)
    expect((await deliveries(engine)).every(({ leasedAt }) => leasedAt === null)).toBe(true)
    await engine.publish(1, { type: 'other' })
    expect(engine.requests.at(-1)?.url).toBe(other.url)
    const before = timers
    await engine.clock.advance(30 * MINUTE_MS)
    expect(timers - before).toBeLessThan(100)
    expect(engine.requests).toHaveLength(2)
  })

  it('gives back what was ready when the answer came, before that is written', async () => {
    let answer: (status: typeof BUSY) => void = () => undefined
    let written = false
    const engine = await createEngine({
      slots: 1,
      answer: (request) =>
        engine.requests.indexOf(request) === 0 ? new Promise((resolve) => (answer = resolve)) : 200,
      wrap: (store) => ({
        ...store,
        work: {
          ...store.work,
          async commit(batch, decisions) {
            if (batch.results.length > 0 && !written) throw new Error('not now')
            return store.work.commit(batch, decisions)
          },
        },
      }),
    })
    await engine.addWebhook()
    await engine.publish(5)
    answer(BUSY)
    await engine.clock.advance(10 * SECOND_MS)
    expect(engine.requests).toHaveLength(1)
    written = true
    await engine.clock.advance(10 * SECOND_MS)
    expect(engine.requests).toHaveLength(1)
    expect((await deliveries(engine)).every(({ leasedAt }) => leasedAt === null)).toBe(true)
    await engine.clock.advance(HOUR_MS + MINUTE_MS)
    expect(engine.requests).toHaveLength(6)
  })

  it('a restart changes nothing', async () => {
    const engine = await pausedEngine()
    await engine.publish(3)
    await engine.pipeline.drain()
    const later = await engine.restart(() => 200)
    await engine.clock.advance(50 * MINUTE_MS)
    expect(later.requests).toHaveLength(0)
    await engine.clock.advance(20 * MINUTE_MS)
    expect(later.requests).toHaveLength(4)
  })

  it('the latest time that was asked for holds', async () => {
    const waits = ['7200', '60', '3600']
    const pending: (() => void)[] = []
    const engine = await createEngine({
      answer: () => {
        const retryAfter = waits.shift()
        if (retryAfter === undefined) return 200
        return new Promise((resolve) => {
          pending.push(() => resolve({ status: 429, headers: { 'retry-after': retryAfter } }))
        })
      },
    })
    const { id } = await engine.addWebhook({ disableAfter: 0 })
    await engine.publish(2)
    for (const answer of pending) answer()
    await engine.clock.advance(SECOND_MS)
    const { pausedUntil, failureCount } = await engine.webhook(id)
    expect(pausedUntil).toBeGreaterThanOrEqual(START_MS + 2 * HOUR_MS)
    expect(failureCount).toBe(1)
  })

  it('what its schedule puts later stays later', async () => {
    const engine = await pausedEngine({}, { retrySchedule: [3 * 3_600] })
    await engine.clock.advance(2.9 * HOUR_MS)
    expect(engine.requests).toHaveLength(1)
    await engine.clock.advance(HOUR_MS)
    expect(engine.requests).toHaveLength(2)
  })

  it('a strict order is kept, and goes on when the pause ends', async () => {
    const engine = await pausedEngine({}, { ordering: 'webhook' })
    const events = await engine.publish(3)
    await engine.clock.advance(59 * MINUTE_MS)
    expect(engine.requests).toHaveLength(1)
    await engine.clock.advance(10 * MINUTE_MS)
    expect(engine.requests.slice(2).map(({ headers }) => headers['webhook-id'])).toEqual(
      events.map(({ id }) => id),
    )
  })

  it('what was held while it was disabled waits as well, unless it is enabled', async () => {
    const engine = await pausedEngine()
    await engine.change(engine.id, (webhook) => disable(webhook, engine.clock.now()))
    await engine.publish(2)
    await engine.clock.advance(MINUTE_MS)
    expect((await engine.webhook(engine.id)).pausedUntil).not.toBeNull()
    await engine.change(engine.id, (webhook) => enable(webhook, 'send', engine.clock.now()))
    await engine.clock.advance(SECOND_MS)
    expect(engine.requests).toHaveLength(4)
    expect((await engine.webhook(engine.id)).pausedUntil).toBeNull()
  })
})

describe('what is sent by hand', () => {
  it('goes out all the same, alone, and waits for its next try like the others', async () => {
    let count = 0
    const engine = await pausedEngine({ answer: () => (++count <= 2 ? BUSY : 200) })
    await engine.publish(2)
    const [, waiting] = (await deliveries(engine)).reverse()
    expect(await engine.resend(waiting!.id)).toBe('queued')
    await engine.clock.advance(SECOND_MS)
    expect(engine.requests.map(({ headers }) => headers['webhook-id'])[1]).toBe(waiting!.eventId)
    expect((await engine.webhook(engine.id)).failureCount).toBe(1)
    await engine.clock.advance(30 * MINUTE_MS)
    expect(engine.requests).toHaveLength(2)
  })

  it('goes before a backlog that is due', async () => {
    const held: (() => void)[] = []
    const engine = await createEngine({
      slots: 1,
      answer: () => new Promise((resolve) => held.push(() => resolve(200))),
    })
    await engine.addWebhook()
    await engine.publish(150)
    const rows = (await engine.store.deliveries.list(1, {}, { limit: 200, before: null })).rows
    const last = rows.find(({ leasedAt }) => leasedAt === null)!
    await engine.resend(last.id)
    await engine.clock.advance(SECOND_MS)
    held.shift()?.()
    await engine.clock.advance(SECOND_MS)
    expect(engine.requests[1]?.headers['webhook-id']).toBe(last.eventId)
  })

  it('is not what a replay brings', async () => {
    const engine = await pausedEngine()
    const webhook = await engine.webhook(engine.id)
    const now = engine.clock.now()
    const wish = { webhook, since: now - HOUR_MS, until: now + 1, types: ['run.completed'], after: null }
    const { items } = await engine.store.deliveries.replayable({ ...wish, states: ['pending'], limit: 10 })
    expect(items).toHaveLength(1)
    expect(await engine.store.deliveries.replay(engine.id, items, now)).toBe(1)
    engine.pipeline.dispatcher.noteWaiting(engine.id, 1)
    await engine.clock.advance(30 * MINUTE_MS)
    expect(engine.requests).toHaveLength(1)
  })
})

describe('the pause ends', () => {
  it('when its owner says so', async () => {
    const engine = await pausedEngine()
    await engine.publish(3)
    await engine.change(engine.id, (webhook) => ({
      webhook: unpaused(webhook, engine.clock.now()),
      waiting: [],
    }))
    await engine.clock.advance(SECOND_MS)
    expect(engine.requests).toHaveLength(4)
  })

  it('with another URL, and an answer of the old one does not bring it back', async () => {
    const answers: ((answer: typeof BUSY) => void)[] = []
    const engine = await createEngine({
      answer: ({ url }) => (url.includes('old') ? new Promise((resolve) => answers.push(resolve)) : 200),
    })
    const { id } = await engine.addWebhook({ url: 'https://old.example.com/' })
    await engine.publish()
    await engine.change(id, (webhook) => ({
      webhook: { ...webhook, url: 'https://new.example.com/' },
      waiting: [],
    }))
    for (const answer of answers) answer(BUSY)
    await engine.clock.advance(SECOND_MS)
    expect((await engine.webhook(id)).pausedUntil).toBeNull()
    await engine.publish(2)
    expect(engine.requests).toHaveLength(3)
  })
})
