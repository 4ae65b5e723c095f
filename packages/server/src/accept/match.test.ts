import { describe, expect, it } from 'vitest'
import { sampleEvent, sampleWebhook } from '../../test/support/samples.ts'
import type { WebhookScope } from '../core/webhook.ts'
import { FilterUnjudged } from '../store/work.ts'
import { match } from './match.ts'

const event = sampleEvent({ type: 'run.failed', projectId: 'proj_a', workflowId: 7 })

function matches(scope: WebhookScope, events = ['run.failed']): boolean {
  return match(event, sampleWebhook({ scope, events }), undefined)
}

describe('match', () => {
  it('asks for the type', () => {
    expect(matches({ type: 'organization' })).toBe(true)
    expect(matches({ type: 'organization' }, ['run.completed', 'run.failed'])).toBe(true)
    expect(matches({ type: 'organization' }, ['run.completed'])).toBe(false)
  })

  it('asks for the scope', () => {
    expect(matches({ type: 'project', id: 'proj_a' })).toBe(true)
    expect(matches({ type: 'project', id: 'proj_b' })).toBe(false)
    expect(matches({ type: 'workflow', id: 7 })).toBe(true)
    expect(matches({ type: 'workflow', id: 8 })).toBe(false)
  })

  it('is true for a disabled webhook, whose events are held', () => {
    expect(match(event, sampleWebhook({ events: ['run.failed'], status: 'disabled' }), undefined)).toBe(true)
  })

  it('is false for a deleted webhook and for another organization’s', () => {
    expect(match(event, sampleWebhook({ events: ['run.failed'], deletedAt: 1 }), undefined)).toBe(false)
    expect(match(event, sampleWebhook({ events: ['run.failed'], organizationId: 2 }), undefined)).toBe(false)
  })

  it('asks for the verdict of the filter', () => {
    const webhook = sampleWebhook({ events: ['run.failed'], filter: 'result == "FAIL"' })
    const verdicts = (passes: boolean) => new Map([[event.id, new Map([['result == "FAIL"', passes]])]])
    expect(match(event, webhook, verdicts(true))).toBe(true)
    expect(match(event, webhook, verdicts(false))).toBe(false)
    expect(match(event, webhook, undefined)).toBe(true)
  })

  it('refuses to guess about a filter that nobody judged', () => {
    const webhook = sampleWebhook({ events: ['run.failed'], filter: 'result == "ERROR"' })
    const verdicts = new Map([[event.id, new Map([['result == "FAIL"', true]])]])
    expect(() => match(event, webhook, verdicts)).toThrow(FilterUnjudged)
    expect(() => match(event, webhook, new Map())).toThrow(FilterUnjudged)
    expect(match(event, sampleWebhook({ events: ['run.completed'], filter: 'x' }), new Map())).toBe(false)
  })

  it('never tells a webhook about itself', () => {
    const own = sampleWebhook({ events: ['webhook.failing', 'order.paid'] })
    const other = sampleWebhook({ ...own, id: 'webhook_0194200000007000800000000000000d' })
    const failing = sampleEvent({ type: 'webhook.failing', key: own.id })
    expect(match(failing, own, undefined)).toBe(false)
    expect(match(failing, other, undefined)).toBe(true)
    expect(match(sampleEvent({ type: 'order.paid', key: own.id }), own, undefined)).toBe(true)
  })
})
