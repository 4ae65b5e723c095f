import { describe, expect, it } from 'vitest'
import { HOUR_MS } from '../../src/core/time.ts'
import type { Webhook } from '../../src/core/webhook.ts'
import { sampleDelivery, sampleWebhook } from '../support/samples.ts'
import { needsMs } from './winding-down.ts'

/** What one webhook that is owed `count` deliveries needs at most, in hours. */
function needsHours(count: number, orderKey: string | null, fields: Partial<Webhook> = {}): number {
  const webhook = sampleWebhook({ retrySchedule: [600, 7_200], ...fields })
  const deliveries = Array.from({ length: count }, () => sampleDelivery({ webhookId: webhook.id, orderKey }))
  return needsMs({ webhooks: [webhook], deliveries }).get(webhook.id)! / HOUR_MS
}

describe('what a webhook needs to be sent what it is owed', () => {
  it('is all waits of each delivery when they are in strict order', () => {
    expect(needsHours(500, '')).toBeGreaterThan(1_000)
    expect(needsHours(10, '')).toBeLessThan(72)
  })

  it('is no excuse for one that waits for all of them at once', () => {
    expect(needsHours(500, null)).toBeLessThan(72)
  })

  it('is more under a rate limit', () => {
    expect(needsHours(500, null, { rateLimit: { requests: 1, seconds: 300 } })).toBeGreaterThan(72)
  })

  it('is nothing for what a stopped webhook holds', () => {
    const webhook = sampleWebhook({ status: 'disabled' })
    const held = sampleDelivery({ webhookId: webhook.id, state: 'held', dueAt: null, leasedAt: null })
    expect(needsMs({ webhooks: [webhook], deliveries: [held] }).get(webhook.id)).toBe(0)
  })
})
