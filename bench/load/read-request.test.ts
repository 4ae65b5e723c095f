import { describe, expect, it } from 'vitest'
import { eventBody, eventType } from './event-text.ts'
import { readRequest } from './read-request.ts'
import { compileTemplate, fillTemplate, requestText } from './request-template.ts'

function webhookRequest(path: string, sequence: number, microseconds: number): Buffer {
  const template = compileTemplate(requestText({ path, headers: {}, body: eventBody(eventType(1)) }))
  fillTemplate(template, sequence, microseconds, 1)
  return template.bytes
}

describe('reading a webhook request', () => {
  it('finds the webhook, the event and when it was due', () => {
    const bytes = webhookRequest('/e/17', 1234, 5_678_901)
    expect(readRequest(bytes, 0)).toMatchObject({
      webhook: 17,
      hangs: false,
      sequence: 1234,
      microseconds: 5_678_901,
      end: bytes.length,
    })
  })

  it('knows a receiver that hangs', () => {
    expect(readRequest(webhookRequest('/h/3', 1, 1), 0)).toMatchObject({ webhook: 3, hangs: true })
  })

  it('waits for the last byte, wherever the request was cut', () => {
    const bytes = webhookRequest('/e/1', 1, 1)
    for (let length = 0; length < bytes.length; length++) {
      expect(readRequest(bytes.subarray(0, length), 0)).toBeNull()
    }
  })

  it('reads the second of two in one chunk', () => {
    const first = webhookRequest('/e/1', 10, 1)
    const both = Buffer.concat([first, webhookRequest('/e/2', 11, 1)])
    expect(readRequest(both, first.length)).toMatchObject({ webhook: 2, sequence: 11, end: both.length })
  })

  it('takes no number from the request behind it', () => {
    const empty = Buffer.from('POST /e/1 HTTP/1.1\r\ncontent-length: 2\r\n\r\n{}')
    const both = Buffer.concat([empty, webhookRequest('/e/2', 11, 1)])
    expect(readRequest(both, 0)).toMatchObject({ webhook: 1, sequence: -1, end: empty.length })
  })

  it.each([
    'POST /e/1 HTTP/1.1\r\ntransfer-encoding: chunked\r\n\r\n',
    'GET /e/1 HTTP/1.1\r\ncontent-length: 0\r\n\r\n',
    'POST /elsewhere HTTP/1.1\r\ncontent-length: 0\r\n\r\n',
  ])('says when it cannot read one', (text) => {
    expect(() => readRequest(Buffer.from(text), 0)).toThrow('cannot read this request')
  })
})
