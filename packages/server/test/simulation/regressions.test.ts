import { describe, expect, it } from 'vitest'
import { HOUR_MS, SECOND_MS } from '../../src/core/time.ts'
import { disable, enable } from '../../src/core/webhook.ts'
import { createEngine, type Engine } from '../support/engine.ts'

/** Bugs that a simulation found, each in the fewest steps that show it. */

async function statesOf({ store }: Engine): Promise<string[]> {
  const { rows } = await store.deliveries.list(1, {}, { limit: 10, before: null })
  return rows.map((row) => row.state)
}

describe('a rate limit', () => {
  it('is waited for, not asked about over and over', async () => {
    const engine = await createEngine()
    let timers = 0
    const after = engine.clock.after.bind(engine.clock)
    engine.clock.after = (...asked) => {
      timers += 1
      return after(...asked)
    }
    await engine.addWebhook({ rateLimit: { requests: 1, seconds: 10 } })
    await engine.publish(5)
    await engine.clock.advance(35 * SECOND_MS)
    expect(engine.requests).toHaveLength(4)
    expect(timers).toBeLessThan(200)
  })

  it('is kept by a webhook that is stopped and started again within its time', async () => {
    const engine = await createEngine()
    const { id } = await engine.addWebhook({ rateLimit: { requests: 1, seconds: 60 } })
    await engine.publish()
    await engine.clock.advance(SECOND_MS)
    await engine.change(id, (webhook) => disable(webhook, engine.clock.now()))
    await engine.change(id, (webhook) => enable(webhook, 'send', engine.clock.now()))
    await engine.publish()
    await engine.clock.advance(50 * SECOND_MS)
    expect(engine.requests).toHaveLength(1)
    await engine.clock.advance(30 * SECOND_MS)
    expect(engine.requests).toHaveLength(2)
  })
})

describe('what was held and dropped', () => {
  it('is not sent when the disable and the enable cross each other', async () => {
    let answerFirst: (status: number) => void = () => undefined
    let letRead: () => void = () => undefined
    const bothWritten = new Promise<void>((resolve) => (letRead = resolve))
    const engine = await createEngine({
      slotsPerWebhook: 1,
      answer: () => new Promise((resolve) => (answerFirst = resolve)),
      wrap: (store) => ({
        ...store,
        webhooks: { ...store.webhooks, byId: (id) => bothWritten.then(() => store.webhooks.byId(id)) },
      }),
    })
    const { id } = await engine.addWebhook()
    await engine.publish(3)
    expect(engine.requests).toHaveLength(1)

    const changes = [
      engine.change(id, (webhook) => disable(webhook, engine.clock.now())),
      engine.change(id, (webhook) => enable(webhook, 'drop', engine.clock.now())),
    ]
    await engine.clock.advance(10)
    expect(await statesOf(engine)).toEqual(['cancelled', 'cancelled', 'cancelled'])
    letRead()
    await Promise.all(changes)
    answerFirst(200)
    await engine.clock.advance(SECOND_MS)
    expect(engine.requests).toHaveLength(1)
  })
})

describe('a wall clock that was set back', () => {
  it('makes nothing wait longer once the server has been started again', async () => {
    const engine = await createEngine({ answer: () => 500 })
    await engine.addWebhook({ retrySchedule: [60] })
    engine.clock.step(-HOUR_MS)
    await engine.publish()
    await engine.clock.advance(SECOND_MS)
    await engine.pipeline.drain()
    const next = await engine.restart(() => 200)
    await engine.clock.advance(70 * SECOND_MS)
    expect([engine.requests.length, next.requests.length]).toEqual([1, 1])
  })
})
