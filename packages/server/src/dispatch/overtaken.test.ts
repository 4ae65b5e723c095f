import { describe, expect, it } from 'vitest'
import { createEngine, type Engine } from '../../test/support/engine.ts'
import { MINUTE_MS, SECOND_MS } from '../core/time.ts'
import { disable, enable } from '../core/webhook.ts'
import type { Store } from '../store/store.ts'

interface LateStore {
  /** What the next call of this kind did is told when the answer to this is called. */
  keepBack: (call: 'change' | 'commit') => () => void
  wrap: (store: Store) => Store
}

/** A store whose answers can be kept back, as if others had overtaken them on the way. */
function createLateStore(): LateStore {
  let waiting: { call: 'change' | 'commit'; until: Promise<unknown> } | null = null

  async function late<Answer>(call: 'change' | 'commit', answer: Promise<Answer>): Promise<Answer> {
    const until = waiting?.call === call ? waiting.until : null
    if (until !== null) waiting = null
    const known = await answer
    await until
    return known
  }

  return {
    keepBack(call) {
      const { promise, resolve } = Promise.withResolvers<null>()
      waiting = { call, until: promise }
      return () => resolve(null)
    },
    wrap: (store) => ({
      ...store,
      work: { ...store.work, commit: (...asked) => late('commit', store.work.commit(...asked)) },
      webhooks: { ...store.webhooks, change: (...asked) => late('change', store.webhooks.change(...asked)) },
    }),
  }
}

function turnOff(engine: Engine, id: string): Promise<unknown> {
  return engine.change(id, (webhook) => disable(webhook, engine.clock.now()))
}

function turnOn(engine: Engine, id: string, held: 'send' | 'drop'): Promise<unknown> {
  return engine.change(id, (webhook) => enable(webhook, held, engine.clock.now()))
}

describe('a change whose answer comes after that to a later one', () => {
  it('does not stop a webhook that has been started again', async () => {
    const { keepBack, wrap } = createLateStore()
    const engine = await createEngine({ wrap })
    const { id } = await engine.addWebhook()
    const tell = keepBack('change')
    const turnedOff = turnOff(engine, id)
    await turnOn(engine, id, 'send')
    await engine.publish()
    tell()
    await turnedOff
    await engine.clock.advance(SECOND_MS)
    expect(engine.requests).toHaveLength(1)
  })
})

describe('what was dropped', () => {
  it('is not sent, although the commit that accepted it is answered later', async () => {
    const { keepBack, wrap } = createLateStore()
    const engine = await createEngine({ wrap })
    const { id } = await engine.addWebhook()
    const tell = keepBack('commit')
    const published = engine.publish()
    await engine.clock.advance(10)
    await turnOff(engine, id)
    await turnOn(engine, id, 'drop')
    tell()
    await published
    await engine.clock.advance(MINUTE_MS)
    expect(engine.requests).toHaveLength(0)
  })

  it('is not sent, although the claim on it is answered later', async () => {
    const { keepBack, wrap } = createLateStore()
    const engine = await createEngine({ wrap, answer: () => 500 })
    const { id } = await engine.addWebhook()
    await engine.publish()
    await engine.clock.advance(50 * SECOND_MS)
    const tell = keepBack('commit')
    await engine.clock.advance(20 * SECOND_MS)
    await turnOff(engine, id)
    await turnOn(engine, id, 'drop')
    tell()
    await engine.clock.advance(2 * MINUTE_MS)
    expect(engine.requests).toHaveLength(1)
  })
})

describe('what is still owed', () => {
  it('is sent once, although a change has begun since it was leased', async () => {
    const { keepBack, wrap } = createLateStore()
    const engine = await createEngine({ wrap })
    const { id } = await engine.addWebhook()
    const tell = keepBack('commit')
    const published = engine.publish(3)
    await engine.clock.advance(10)
    await turnOff(engine, id)
    await turnOn(engine, id, 'send')
    tell()
    await published
    await engine.clock.advance(SECOND_MS)
    expect(engine.requests).toHaveLength(3)
  })
})

describe('what becomes due after a claim has found nothing', () => {
  it('is sent at once, although the claim is answered later', async () => {
    const { keepBack, wrap } = createLateStore()
    const engine = await createEngine({ wrap })
    const { id } = await engine.addWebhook()
    await engine.publish()
    const tell = keepBack('commit')
    // Whoever starts a webhook looks for what is due.
    await turnOn(engine, id, 'send')
    await engine.clock.advance(10)
    await sendAgain(engine, id)
    await engine.clock.advance(10)
    tell()
    await engine.clock.advance(SECOND_MS)
    expect(engine.requests).toHaveLength(2)
  })
})

/** As a replay does with all that was delivered. */
async function sendAgain({ store, pipeline, clock }: Engine, webhookId: string): Promise<void> {
  const { rows } = await store.deliveries.list(1, { webhookId }, { limit: 10, before: null })
  const items = rows.map(({ id, eventId, state, fence }) => ({ eventId, deliveryId: id, state, fence }))
  expect(await store.deliveries.replay(webhookId, items, clock.now())).toBe(items.length)
  pipeline.dispatcher.noteWaiting(webhookId, 1)
}
