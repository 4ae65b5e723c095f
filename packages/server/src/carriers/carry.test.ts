import { afterEach, describe, expect, it } from 'vitest'
import { http, startRawServer, type RawServer } from '../../test/support/raw-server.ts'
import { sampleEvent, sampleWebhook } from '../../test/support/samples.ts'
import { CARRIER_NAMES } from './index.ts'
import { createCarry, type Carry, type CarryParts } from './carry.ts'
import { systemClock } from '../core/clock.ts'
import { createGuard } from '../guard/guard.ts'
import { createResolver } from '../guard/resolver.ts'
import type { OutboundMail } from '../send/mail-transport.ts'
import { createSigner } from '../sign/signer.ts'
import { createHttp1Transport } from '../send/http1/http1-transport.ts'

const opened: { close(): Promise<void> }[] = []
afterEach(async () => {
  for (const part of opened.splice(0).reverse()) await part.close()
})

async function answering(answer: string): Promise<RawServer> {
  const server = await startRawServer({ onRequest: (socket) => socket.write(answer) })
  opened.push(server)
  return server
}

const failures: unknown[] = []
afterEach(() => failures.splice(0))

function carrying(parts: Partial<CarryParts>): Carry {
  const guard = createGuard({
    allowHttp: true,
    allowCidr: ['127.0.0.0/8'],
    resolver: createResolver(),
    clock: systemClock,
  })
  const transport = createHttp1Transport({ guard, clock: systemClock })
  opened.push(transport)
  const open = (): string => 'https://hooks.example.com/'
  return createCarry({
    transport,
    signer: createSigner({ open: (_webhook, sealed) => sealed, cacheMax: 1, version: '1.2.3' }),
    mail: null,
    onFailure: (error) => failures.push(error),
    open,
    clock: systemClock,
    version: '1.2.3',
    ...parts,
  })
}

const event = sampleEvent({ type: 'order.paid', body: Buffer.from('{"data":{"id":"A-1"}}') })
const channel = sampleWebhook({ carrier: 'slack', url: 'http://127.0.0.1/…' })

describe('to Slack', () => {
  it('waits as long as it is asked to', async () => {
    const server = await answering(http('429 Too Many Requests', { 'retry-after': '120' }))
    const carry = carrying({ open: () => `http://127.0.0.1:${server.port}/services/T/B/abcdefghijkl` })
    const report = await carry(event, channel, 7)
    expect(report).toMatchObject({
      startedAt: 7,
      retryAfterMs: 120_000,
      error: { code: 'rate_limited' },
      requestHeaders: {
        'webhook-id': event.id,
        'X-Sealpost-Event': 'order.paid',
        'user-agent': 'Sealpost/1.2.3',
      },
    })
    expect(server.received).toContain('POST /services/T/B/abcdefghijkl HTTP/1.1')
    // What was sent, and not the event.
    expect(report.requestBody?.length).toBeGreaterThan(0)
    expect(server.received).toContain(String(report.requestBody))
  })

  it('keeps nothing of an answer that quotes the URL', async () => {
    const server = await answering(
      http(
        '302 Found',
        { location: 'https://b.example.com/services/T/B/abcdefghijkl' },
        'not /services/T/B/abcdefghijkl',
      ),
    )
    const carry = carrying({ open: () => `http://127.0.0.1:${server.port}/services/T/B/abcdefghijkl` })
    const report = await carry(event, channel, 0)
    expect(report.error?.message).toContain('https://b.example.com…')
    expect(report.responseBody?.toString()).toBe('not …')
    expect(JSON.stringify({ ...report, responseBody: '' })).not.toContain('abcdefghijkl')
  })

  it('is not sent when the secret does not open', async () => {
    const carry = carrying({
      open: () => {
        throw new Error('the wrong key')
      },
    })
    const report = await carry(event, channel, 0)
    expect(report).toMatchObject({ sends: 0, error: { code: 'not_sent' }, requestHeaders: {} })
    expect(report.error?.message).toBe('The request could not be prepared. The server log says why.')
    expect(failures).toEqual([new Error('the wrong key')])
  })
})

describe('by mail', () => {
  const byMail = sampleWebhook({ carrier: 'email', url: 'mailto:a@example.com,b@example.com' })

  it('is a message to each recipient, the same at every attempt', async () => {
    const sent: OutboundMail[] = []
    const transport = {
      send: async (mail: OutboundMail) => {
        sent.push(mail)
        return {
          ...({
            outcome: 'delivered',
            startedAt: mail.startedAt,
            durationMs: 1,
            sends: 1,
            statusCode: 250,
            error: null,
          } as const),
          ...{ retryAfterMs: null, responseHeaders: {}, responseBody: null },
        }
      },
    }
    const carry = carrying({
      mail: { transport, from: { name: '', address: 'alerts@mail.example.com' } },
    })
    const report = await carry(event, byMail, 7)
    await carry(event, byMail, 8)
    expect(sent.map(({ messageId }) => messageId)).toEqual(
      Array.from({ length: 2 }, () => `<${event.id}.${byMail.id}@mail.example.com>`),
    )
    expect(sent[0]).toMatchObject({
      to: ['a@example.com', 'b@example.com'],
      subject: '[Sealpost] order.paid',
    })
    expect(report).toMatchObject({ startedAt: 7, requestHeaders: { From: 'alerts@mail.example.com' } })
    expect(String(report.requestBody)).toBe(sent[0]?.text)
  })

  it('waits, and fails nothing, while the settings are missing', async () => {
    const report = await carrying({ mail: null })(event, byMail, 0)
    const message = 'The server has no smtp_url or smtp_from any more.'
    expect(report).toMatchObject({ outcome: 'failed', error: { code: 'not_sent', message } })
  })
})

it('what no carrier of this version carries is not sent, and says so', async () => {
  const report = await carrying({})(event, sampleWebhook({ carrier: 'telepathy' }), 7)
  expect(report).toMatchObject({ startedAt: 7, sends: 0, error: { code: 'not_sent' }, requestHeaders: {} })
  expect(report.error?.message).toContain('carrier is telepathy, which this version')
  expect(report.error?.message).toContain(`it knows ${CARRIER_NAMES.join(', ')}.`)
  expect(failures).toHaveLength(1)
})
