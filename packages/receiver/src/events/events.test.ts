import { describe, expect, expectTypeOf, it } from 'vitest'
import {
  eventType,
  isEvent,
  readEvent,
  type CustomWebhookEvent,
  type EventByType,
  type RunFailedEvent,
  type WebhookEvent,
} from './index.ts'

function read(value: unknown): WebhookEvent {
  const event = readEvent(Buffer.from(JSON.stringify(value)))
  if (typeof event === 'string') throw new Error(event)
  return event
}

describe('events', () => {
  it('bear their type in either field', () => {
    expect(eventType(read({ event: 'run.failed' }))).toBe('run.failed')
    expect(eventType(read({ type: 'order.shipped' }))).toBe('order.shipped')
  })

  it('are of the legacy dialects when they have both fields', () => {
    expect(eventType(read({ type: 'a', event: 'score.dropped' }))).toBe('score.dropped')
  })

  it('narrow by their event field', () => {
    const event = read({ event: 'score.dropped', timestamp: '', data: { change: -16 } })
    if (!('event' in event) || event.event !== 'score.dropped') throw new Error('The event was not narrowed.')
    expectTypeOf(event.data.previous_score).toEqualTypeOf<number>()
    expect(event.data.change).toBe(-16)
  })

  it('narrow by isEvent to a built-in or a custom type', () => {
    const event = read({ type: 'order.shipped', timestamp: '', data: { order: 'A-1' } })
    expect(isEvent(event, 'webhook.disabled')).toBe(false)
    if (isEvent(event, 'run.failed')) expectTypeOf(event).toExtend<RunFailedEvent>()
    if (!isEvent<{ order: string }>(event, 'order.shipped')) throw new Error('The event was not narrowed.')
    expectTypeOf(event.data).toExtend<{ order: string }>()
    expect(event.data.order).toBe('A-1')
  })

  it('have a type for each built-in name and for any other', () => {
    expectTypeOf<keyof EventByType>().toEqualTypeOf<
      | 'run.completed'
      | 'run.succeeded'
      | 'run.failed'
      | 'validation.completed'
      | 'validation.failed'
      | 'score.dropped'
      | 'schema.changed'
      | 'schema.removed'
      | 'alert.triggered'
      | 'webhook.test'
      | 'webhook.failing'
      | 'webhook.disabled'
      | 'webhook.recovered'
      | 'monitor.failing'
      | 'monitor.recovered'
    >()
    expectTypeOf<CustomWebhookEvent['type']>().toEqualTypeOf<string>()
    expect(isEvent(read({ type: 'webhook.failing' }), 'webhook.failing')).toBe(true)
  })

  it.each([
    ['', 'the body is empty'],
    ['{', 'the body is not JSON in UTF-8'],
    ['\uFEFF{"type":"a.b"}', 'the body is not JSON in UTF-8'],
    ['[]', 'the body is not a JSON object'],
    ['null', 'the body is not a JSON object'],
    ['"run.failed"', 'the body is not a JSON object'],
    ['{}', 'the body has neither `event` nor `type` as text'],
    ['{"event":1,"type":null}', 'the body has neither `event` nor `type` as text'],
  ])('are not read from %j', (body, problem) => {
    expect(readEvent(Buffer.from(body))).toBe(problem)
  })
})
