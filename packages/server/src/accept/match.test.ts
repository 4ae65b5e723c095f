import { describe, expect, it } from 'vitest'
import { sampleEvent, sampleWebhook } from '../../test/support/samples.ts'
import type { WebhookScope } from '../core/webhook.ts'
import { match } from './match.ts'

const event = sampleEvent({ type: 'run.failed', projectId: 'proj_a', workflowId: 7 })

function matches(scope: WebhookScope, events = ['run.failed']): boolean {
  return match(event, sampleWebhook({ scope, events }))
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
    expect(match(event, sampleWebhook({ events: ['run.failed'], status: 'disabled' }))).toBe(true)
  })

  it('is false for a deleted webhook and for another organization’s', () => {
    expect(match(event, sampleWebhook({ events: ['run.failed'], deletedAt: 1 }))).toBe(false)
    expect(match(event, sampleWebhook({ events: ['run.failed'], organizationId: 2 }))).toBe(false)
  })
})
