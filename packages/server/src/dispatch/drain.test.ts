import { expect, it } from 'vitest'
import { createEngine } from '../../test/support/engine.ts'
import { sampleEvent } from '../../test/support/samples.ts'

it('a test that was stored before the drain and sent after it does not keep the drain from ending', async () => {
  const engine = await createEngine({
    answer: () => new Promise((resolve) => engine.clock.after(1_000, () => resolve(200))),
  })
  const webhook = await engine.addWebhook()
  await engine.publish(1)
  expect(engine.requests).toHaveLength(1)
  const asked = engine.pipeline.accept({
    claim: null,
    run: null,
    submission: null,
    events: [sampleEvent({ id: engine.ids.make('evt') })],
    target: { webhookId: webhook.id, kind: 'test' },
  })
  let drained = false
  void engine.pipeline.drain().then(() => (drained = true))
  await engine.clock.advance(10)
  const accepted = await asked
  if (accepted.outcome !== 'accepted') throw new Error('not accepted')
  const sent = engine.pipeline.dispatcher.sendNow(accepted.leased[0]!, webhook)
  const refused = expect(sent).rejects.toMatchObject({ code: 'shutting_down' })
  await engine.clock.advance(10)
  await refused
  await engine.clock.advance(60_000)
  expect(drained).toBe(true)
})
