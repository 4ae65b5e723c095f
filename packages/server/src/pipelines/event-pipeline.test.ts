import { expect, it } from 'vitest'
import type { NewEvent } from '../api/services.ts'
import { systemClock } from '../core/clock.ts'
import { Problem } from '../core/errors.ts'
import { createIds } from '../core/ids.ts'
import type { Organization } from '../core/organization.ts'
import { systemRandom } from '../core/random.ts'
import { createEventPipeline, type EventPipelineParts } from './event-pipeline.ts'
import { createMemoryStore } from '../store/memory/index.ts'
import { VERDICT_AT_START } from '../validate/verdict.ts'

const ids = createIds(systemClock, systemRandom)
const ROWS = 100
const NOTHING_OWED = { outcome: 'accepted' as const, leased: [], waiting: [], targeted: [], fansOut: false }

/** A store with two declared types, and validators that stop at `data` that is 'slow'. */
async function start() {
  const store = createMemoryStore({ now: () => systemClock.now(), makeDeliveryId: () => ids.make('dlv') })
  const organization: Organization = await store.organizations.create(
    { slug: 'acme', name: 'Acme', tier: 'enterprise', createdAt: 0 },
    ids.make('proj'),
  )
  const common = { organizationId: organization.id, description: '', createdAt: 0, updatedAt: 0 }
  await store.eventTypes.create({ ...common, type: 'order.slow', schema: { type: 'string' } }, null)
  await store.eventTypes.create({ ...common, type: 'order.paid', schema: { type: 'string' } }, null)
  const judged: string[] = []
  const validators: EventPipelineParts['validators'] = {
    judge: (_steps, { content }) => {
      const text = Buffer.from(content ?? []).toString()
      judged.push(text)
      return Promise.resolve({ ...VERDICT_AT_START, result: text === '"slow"' ? 'TIMED_OUT' : 'PASS' })
    },
    checkSteps: () => Promise.resolve(),
  }
  const accept: EventPipelineParts['accept'] = ({ events }) =>
    Promise.resolve({ ...NOTHING_OWED, deliveries: events.map(() => 0) })
  const pipeline = createEventPipeline({ store, accept, validators, clock: systemClock, ids })
  return { organization, judged, pipeline }
}

it('a schema that overran is not tried on every row that follows', async () => {
  const { organization, judged, pipeline } = await start()
  const row = (type: string, dataText: string): NewEvent => ({ type, dataText, key: null, timestamp: null })
  const rows = Array.from({ length: ROWS }, () => row('order.slow', '"slow"'))
  const { results } = await pipeline.publish(organization, [...rows, row('order.paid', '"paid"')], null)
  expect(judged.length).toBeLessThan(ROWS / 10)
  const codes = results.map((result) => (result instanceof Problem ? result.code : result.type))
  expect(codes[0]).toBe('data_not_valid')
  expect(codes.at(-2)).toBe('overloaded')
  expect(codes.at(-1)).toBe('order.paid')
})
