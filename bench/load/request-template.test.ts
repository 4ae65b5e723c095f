import { describe, expect, it } from 'vitest'
import { eventBody, eventType, SLOTS } from './event-text.ts'
import { compileTemplate, fillTemplate, requestText } from './request-template.ts'

function bodyOf(request: Buffer): unknown {
  const text = request.toString()
  const [head = '', body = ''] = text.split('\r\n\r\n')
  expect(head).toContain(`content-length: ${Buffer.byteLength(body)}`)
  return JSON.parse(body)
}

describe('a request template', () => {
  it('writes number and time into a body of about 700 bytes', () => {
    const template = compileTemplate(requestText({ path: '/', headers: {}, body: eventBody(eventType(1)) }))
    fillTemplate(template, 42, 1_000_000.7, 1)
    expect(bodyOf(template.bytes)).toMatchObject({
      type: 'bench.tick',
      data: { n: '0000000042', t: '0000000001000000' },
    })
    expect(Math.abs(eventBody(eventType(1)).length - 700)).toBeLessThan(10)
  })

  it('numbers the events of a batch one after the other, and lets them take turns in the types', () => {
    const event = `{"type":"${eventType(3)}","data":{"n":"${SLOTS.sequence}","t":"${SLOTS.time}"}}`
    const body = `{"events":[${event},${event}]}`
    const template = compileTemplate(requestText({ path: '/', headers: { key: SLOTS.key }, body }))
    fillTemplate(template, 5, 0, 3)
    expect(template.events).toBe(2)
    expect(template.bytes.toString()).toContain('key: 0000000005')
    expect(bodyOf(template.bytes)).toMatchObject({
      events: [
        { type: eventType(3, 2), data: { n: '0000000005' } },
        { type: eventType(3, 0), data: { n: '0000000006' } },
      ],
    })
  })

  it('is refused when an event could not be told from another', () => {
    expect(() => compileTemplate('POST / HTTP/1.1\r\n\r\n{}')).toThrow('sequence number')
  })
})
