import { describe, expect, it } from 'vitest'
import { sampleEvent, sampleWebhook } from '../../test/support/samples.ts'
import { audienceFrom, type Audience } from '../core/audience.ts'
import { LIMITS } from '../core/limits.ts'
import type { Webhook } from '../core/webhook.ts'
import { FilterUnjudged, type AcceptUnit } from '../store/work.ts'
import { findHearers } from './hearers.ts'

const TYPE = 'order.paid'

function webhooksOf(count: number, changes: (place: number) => Partial<Webhook> = () => ({})): Webhook[] {
  return Array.from({ length: count }, (_, place) =>
    sampleWebhook({ id: `webhook_${place}`, events: [TYPE], ...changes(place) }),
  )
}

/** Looks among `webhooks`; counts how often others had their turn. */
function searching(webhooks: readonly Webhook[], versionOf: (call: number) => number = () => 1) {
  let [calls, turns] = [0, 0]
  const find = (unit: Partial<AcceptUnit>) =>
    findHearers(
      {
        store: {
          webhooks: {
            async hearers(_organizationId, type, after, limit) {
              const all = webhooks.filter(({ events }) => events.includes(type))
              const start = Number(after ?? 0)
              const next = start + limit < all.length ? String(start + limit) : null
              return { webhooks: all.slice(start, start + limit), next, version: versionOf(calls++) }
            },
          },
        },
        turn: async () => void (turns += 1),
      },
      { claim: null, run: null, submission: null, events: [], target: null, filtered: new Map(), ...unit },
    )
  return { find, turns: () => turns, calls: () => calls }
}

function namesOf(audience: Audience | undefined): string[] {
  return audience === undefined ? [] : audienceFrom(audience, 0, Number.MAX_SAFE_INTEGER).webhookIds
}

describe('who hears the events of a large unit', () => {
  it('is found page by page, and shared by events that are heard alike', async () => {
    const webhooks = webhooksOf(LIMITS.stepRowsMax + 5)
    const events = [1, 2, 3].map((number) => sampleEvent({ id: `evt_${number}`, type: TYPE }))
    const { find, calls, turns } = searching(webhooks)
    const hearers = await find({ events })
    expect(hearers?.version).toBe(1)
    expect(namesOf(hearers?.byEvent.get('evt_3'))).toEqual(webhooks.map(({ id }) => id))
    expect(hearers?.byEvent.get('evt_3')).toBe(hearers?.byEvent.get('evt_1'))
    expect([calls(), turns()]).toEqual([2, 1])
  })

  it('follows type, scope and filters, like `match`', async () => {
    const webhooks = [
      ...webhooksOf(1, () => ({ id: 'webhook_all' })),
      ...webhooksOf(1, () => ({ id: 'webhook_project', scope: { type: 'project', id: 'proj_a' } })),
      ...webhooksOf(1, () => ({ id: 'webhook_filter', filter: 'x > 1' })),
      ...webhooksOf(1, () => ({ id: 'webhook_other', events: ['order.sent'] })),
    ]
    const events = [
      sampleEvent({ id: 'evt_1', type: TYPE, projectId: 'proj_a' }),
      sampleEvent({ id: 'evt_2', type: TYPE, projectId: null }),
      sampleEvent({ id: 'evt_3', type: 'order.lost' }),
    ]
    const filtered = new Map(events.map(({ id }) => [id, new Map([['x > 1', id === 'evt_2']])]))
    const hearers = await searching(webhooks).find({ events, filtered })
    expect(events.map(({ id }) => namesOf(hearers?.byEvent.get(id)))).toEqual([
      ['webhook_all', 'webhook_project'],
      ['webhook_all', 'webhook_filter'],
      [],
    ])
  })

  it('lets others have their turn between steps', async () => {
    const webhooks = webhooksOf(500, () => ({ filter: 'x > 1' }))
    const events = Array.from({ length: 200 }, (_, number) =>
      sampleEvent({ id: `evt_${number}`, type: TYPE }),
    )
    const filtered = new Map(events.map(({ id }) => [id, new Map([['x > 1', true]])]))
    const { find, turns } = searching(webhooks)
    await find({ events, filtered })
    expect(turns()).toBe((500 * 200) / LIMITS.stepMatchesMax)
  })

  it('is not known when webhooks change meanwhile', async () => {
    const { find } = searching(webhooksOf(LIMITS.stepRowsMax + 1), (call) => call)
    expect(await find({ events: [sampleEvent({ type: TYPE })] })).toBeNull()
  })

  it('asks for verdicts that are missing', async () => {
    const { find } = searching(webhooksOf(1, () => ({ filter: 'x > 1' })))
    await expect(find({ events: [sampleEvent({ type: TYPE })] })).rejects.toThrow(FilterUnjudged)
  })

  it('refuses a unit whose hearers are too many to be stored in one step', async () => {
    const types = Array.from({ length: 300 }, (_, number) => `type.n${number}`)
    const webhooks = webhooksOf(1_000, () => ({ events: types }))
    const events = types.map((type, number) => sampleEvent({ id: `evt_${number}`, type }))
    await expect(searching(webhooks).find({ events })).rejects.toMatchObject({ code: 'invalid_request' })
  })
})
