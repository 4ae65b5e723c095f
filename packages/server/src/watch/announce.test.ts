import { describe, expect, it } from 'vitest'
import { sampleWebhook } from '../../test/support/samples.ts'
import { createSeededRandom, createVirtualClock, START_MS } from '../../test/support/virtual-clock.ts'
import { EVENT_TYPES } from '../catalogue/event-types.ts'
import { createIds } from '../core/ids.ts'
import type { Webhook } from '../core/webhook.ts'
import { createAnnouncer } from './announce.ts'

const announce = createAnnouncer(createIds(createVirtualClock(), createSeededRandom(1)))
const healthy = sampleWebhook()
const failing = sampleWebhook({ health: 'failing', failureCount: 3, lastError: 'Connection timeout' })

function said(before: Webhook, after: Webhook): unknown[] {
  return announce(before, after, START_MS).map(({ body }) => JSON.parse(body.toString()) as unknown)
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
    expect(said(failing, healthy)).toEqual([
      { type: 'webhook.recovered', timestamp: '2025-01-01T00:00:00Z', data: { ...about, health: 'healthy' } },
    ])
  })

  it('says that it was disabled, after it failed', () => {
    const gone = sampleWebhook({ ...failing, status: 'disabled_gone' })
    expect(announce(failing, gone, START_MS).map(({ type }) => type)).toEqual(['webhook.disabled'])
    expect(announce(healthy, gone, START_MS).map(({ type }) => type)).toEqual([
      'webhook.failing',
      'webhook.disabled',
    ])
  })

  it('shows of a channel what may be shown, in the form of a URL', () => {
    for (const url of ['mailto:a@example.com,b@example.com', 'https://hooks.slack.com/…']) {
      const channel = sampleWebhook({ ...failing, url })
      const [event] = announce(healthy, channel, START_MS)
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
    expect(said(failing, sampleWebhook({ ...failing, failureCount: 4 }))).toEqual([])
    const disabled = sampleWebhook({ ...failing, status: 'disabled' })
    expect(said(disabled, sampleWebhook({ ...disabled, failureCount: 4 }))).toEqual([])
  })

  it('makes events as the catalogue describes them, with the webhook as their key', () => {
    const gone = sampleWebhook({ ...failing, status: 'disabled_too_many_failures' })
    const events = [...announce(healthy, gone, START_MS), ...announce(failing, healthy, START_MS)]
    expect(events).toHaveLength(3)
    for (const { type, body, key } of events) {
      const schema = EVENT_TYPES.find((entry) => entry.type === type)?.bodySchema
      expect(schema?.safeParse(JSON.parse(body.toString())).error).toBeUndefined()
      expect(key).toBe(healthy.id)
    }
  })
})
