import { describe, expect, it } from 'vitest'
import { sampleWebhook } from '../../test/support/samples.ts'
import { createSeededRandom, createVirtualClock, START_MS } from '../../test/support/virtual-clock.ts'
import { EVENT_TYPES } from '../catalogue/event-types.ts'
import { createIds } from '../core/ids.ts'
import type { Event } from '../core/event.ts'
import { nothingTold } from '../core/telling.ts'
import { HOUR_MS, MINUTE_MS } from '../core/time.ts'
import type { Webhook } from '../core/webhook.ts'
import type { Turn } from '../store/work.ts'
import { createAnnouncer } from './announce.ts'

const announce = createAnnouncer(createIds(createVirtualClock(), createSeededRandom(1)))
const healthy = sampleWebhook()
const failing = sampleWebhook({ health: 'failing', failureCount: 3, lastError: 'Connection timeout' })
/** Its organization knows that it fails, and has for a long time. */
const known = { ...nothingTold('failing' as const), windowMs: 1, windowEndsAt: 1 }
const recovered = sampleWebhook({ telling: known })

function turn(before: Webhook, after: Webhook, fields: Partial<Turn> = {}): Turn {
  return { before, after, carried: ['run.completed'], now: START_MS, timesOf: () => [], ...fields }
}

function eventsOf(before: Webhook, after: Webhook, fields: Partial<Turn> = {}): Event[] {
  return announce(turn(before, after, fields)).events
}

function said(before: Webhook, after: Webhook): unknown[] {
  return eventsOf(before, after).map(({ body }) => JSON.parse(body.toString()) as unknown)
}

describe('announce', () => {
  it('says that a webhook began to fail, and that it recovered', () => {
    const about = { webhook_id: healthy.id, url: healthy.url }
    const failure = { failure_count: 3, last_error: 'Connection timeout' }
    expect(said(healthy, failing)).toEqual([
      {
        type: 'webhook.failing',
        timestamp: '2025-01-01T00:00:00Z',
        data: { ...about, health: 'failing', ...failure },
      },
    ])
    expect(said(failing, recovered)).toEqual([
      { type: 'webhook.recovered', timestamp: '2025-01-01T00:00:00Z', data: { ...about, health: 'healthy' } },
    ])
  })

  it('says that it was disabled, after it failed', () => {
    const gone = sampleWebhook({ ...failing, status: 'disabled_gone' })
    expect(eventsOf(failing, { ...gone, telling: known }).map(({ type }) => type)).toEqual([
      'webhook.disabled',
    ])
    expect(eventsOf(healthy, gone).map(({ type }) => type)).toEqual(['webhook.failing', 'webhook.disabled'])
  })

  it('shows of a channel what may be shown, in the form of a URL', () => {
    for (const url of ['mailto:a@example.com,b@example.com', 'https://hooks.slack.com/…']) {
      const channel = sampleWebhook({ ...failing, url })
      const [event] = eventsOf(healthy, channel)
      const schema = EVENT_TYPES.find(({ type }) => type === 'webhook.failing')?.bodySchema
      expect(schema?.safeParse(JSON.parse(String(event?.body)))).toMatchObject({ data: { data: { url } } })
    }
  })

  it('shows no credential of a URL, nor of one that its failure quotes', () => {
    const url = 'https://hooks.slack.com/services/T0/B0/abcdef'
    const lastError = 'Your server redirects to https://a.example/?token=abcdef (302).'
    const [event] = said(healthy, sampleWebhook({ ...failing, url, lastError }))
    expect(event).toMatchObject({
      data: {
        url: 'https://hooks.slack.com/services/…/…/…',
        last_error: 'Your server redirects to https://a.example/?token=… (302).',
      },
    })
  })

  it('says nothing while nothing turns', () => {
    expect(said(healthy, sampleWebhook({ failureCount: 2, lastError: 'Connection timeout' }))).toEqual([])
    expect(said(failing, sampleWebhook({ ...failing, failureCount: 4, telling: known }))).toEqual([])
    const disabled = sampleWebhook({ ...failing, status: 'disabled', telling: known })
    expect(said(disabled, sampleWebhook({ ...disabled, failureCount: 4 }))).toEqual([])
  })

  it('says nothing of health at once for attempts that carried such news, but always of what was disabled', () => {
    const carried = ['webhook.failing', 'webhook.recovered']
    const { events, telling } = announce(turn(healthy, failing, { carried }))
    expect([events, telling]).toEqual([[], { ...healthy.telling, dueAt: START_MS + 5 * MINUTE_MS }])
    const gone = sampleWebhook({ ...failing, status: 'disabled_gone', telling })
    const stopped = announce(turn(failing, gone, { carried }))
    expect(stopped.events.map(({ type }) => type)).toEqual(['webhook.disabled'])
    expect(stopped.telling).toMatchObject({ state: 'failing', dueAt: null })
    const mixed = announce(turn(healthy, failing, { carried: [...carried, 'run.completed'] }))
    expect(mixed.events).toHaveLength(1)
  })

  it('says at the end of a window what is so by then', () => {
    const waiting = { ...known, dueAt: START_MS }
    const due = (webhook: Webhook) => announce(turn(webhook, webhook, { carried: null }))
    const { events, telling } = due(sampleWebhook({ telling: waiting }))
    expect(events.map(({ type }) => type)).toEqual(['webhook.recovered'])
    expect(telling).toMatchObject({ state: 'healthy', dueAt: null, unprompted: 1 })
    const still = due(sampleWebhook({ ...failing, telling: waiting }))
    expect([still.events, still.telling]).toEqual([[], known])
  })

  it('asks how often the organization was told of health in the last hour', () => {
    const asked: unknown[] = []
    const timesOf: Turn['timesOf'] = (...args) => {
      asked.push(args)
      return Array.from({ length: 60 }, () => START_MS - 1)
    }
    const { events, telling } = announce(turn(healthy, failing, { timesOf }))
    expect([events, telling.dueAt]).toEqual([[], START_MS - 1 + HOUR_MS])
    expect(asked).toEqual([[['webhook.failing', 'webhook.recovered'], START_MS - HOUR_MS, 60]])
  })

  it('makes events as the catalogue describes them, with the webhook as their key', () => {
    const gone = sampleWebhook({ ...failing, status: 'disabled_too_many_failures' })
    const events = [...eventsOf(healthy, gone), ...eventsOf(failing, recovered)]
    expect(events).toHaveLength(3)
    for (const { type, body, key } of events) {
      const schema = EVENT_TYPES.find((entry) => entry.type === type)?.bodySchema
      expect(schema?.safeParse(JSON.parse(body.toString())).error).toBeUndefined()
      expect(key).toBe(healthy.id)
    }
  })
})
