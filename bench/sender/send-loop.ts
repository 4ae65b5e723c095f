// One process that sends as fast as it is answered, over one of two senders, and says what CPU time that took. Nothing is
// signed, stored or matched: what is left is the sender.
import { Pool } from 'undici'
import { systemClock } from '../../packages/server/dist/core/clock.js'
import { createGuard } from '../../packages/server/dist/guard/guard.js'
import { createResolver } from '../../packages/server/dist/guard/resolver.js'
import { createHttp1Transport } from '../../packages/server/dist/send/http1/http1-transport.js'
import { serveCalls } from '../lib/remote.ts'
import { sharedMicroseconds } from '../lib/shared-clock.ts'
import { eventBody, eventType } from '../load/event-text.ts'
import { compileTemplate, fillTemplate } from '../load/request-template.ts'

export type SenderName = 'own' | 'undici'

export interface SendLoad {
  /** One origin for each webhook; webhook `n` has the path `/e/n`. */
  ports: readonly number[]
  first: number
  /** Each goes to every webhook. */
  events: number
}

export interface SendReport {
  failed: number
  /** Of this process, user and system. */
  cpuMicrosecondsPerRequest: number
}

export type SendCalls = { [Name in SenderName]: (load: SendLoad) => Promise<SendReport> }

/** Sends one request. The answer is whether it was a 200. */
type Send = (webhook: number, headers: Record<string, string>, body: Buffer) => Promise<boolean>

interface Sender {
  send: Send
  close(): Promise<void>
}

/** Requests in flight over all origins. */
const IN_FLIGHT = 20

serveCalls({
  own: (load) => run(load, ownSender(load.ports)),
  undici: (load) => run(load, undiciSender(load.ports)),
} satisfies SendCalls)

function ownSender(ports: readonly number[]): Sender {
  const allowed = { allowHttp: true, allowCidr: ['127.0.0.0/8'] }
  const guard = createGuard({ ...allowed, resolver: createResolver(), clock: systemClock })
  const transport = createHttp1Transport({ guard, clock: systemClock })
  const urls = ports.map((port, webhook) => `http://127.0.0.1:${port}/e/${webhook}`)
  return {
    async send(webhook, headers, body) {
      const request = { organizationId: 1, url: urls[webhook] ?? '', headers, body, startedAt: 0 }
      return (await transport.send(request)).statusCode === 200
    },
    close: () => transport.close(),
  }
}

function undiciSender(ports: readonly number[]): Sender {
  const connections = Math.ceil(IN_FLIGHT / ports.length)
  const pools = ports.map((port) => new Pool(`http://127.0.0.1:${port}`, { connections, pipelining: 1 }))
  return {
    send: (webhook, headers, body) =>
      new Promise((resolve) => {
        let isRight = false
        pools[webhook]?.dispatch(
          { path: `/e/${webhook}`, method: 'POST', headers, body },
          {
            onRequestStart: () => undefined,
            onResponseStart(_controller, statusCode) {
              isRight = statusCode === 200
            },
            onResponseData: () => undefined,
            onResponseEnd: () => resolve(isRight),
            onResponseError: () => resolve(false),
          },
        )
      }),
    async close() {
      await Promise.all(pools.map((pool) => pool.close()))
    },
  }
}

async function run({ ports, first, events }: SendLoad, sender: Sender): Promise<SendReport> {
  const nextBody = createBodies(first, ports.length)
  const requests = events * ports.length
  let sent = 0
  let failed = 0
  async function loop(): Promise<void> {
    while (sent < requests) {
      const webhook = sent % ports.length
      const sequence = first + Math.floor(sent / ports.length)
      sent += 1
      if (!(await sender.send(webhook, headersOf(sequence), nextBody(webhook)))) failed += 1
    }
  }
  const before = process.cpuUsage()
  await Promise.all(Array.from({ length: IN_FLIGHT }, loop))
  const { user, system } = process.cpuUsage(before)
  await sender.close()
  return { failed, cpuMicrosecondsPerRequest: (user + system) / requests }
}

/** As many and as long as a delivery has them. */
function headersOf(sequence: number): Record<string, string> {
  return {
    'content-type': 'application/json',
    'user-agent': 'Sealpost/0.0.0',
    'accept-encoding': 'identity',
    'webhook-id': `evt_${sequence}`,
    'webhook-timestamp': '1764500000',
    'webhook-signature': 'v1,K5oZfzN95Z9UVu1EsfQmfVNQhnkZ2pj9o9NDN/H/pI4=',
  }
}

/** The body of one event after the other; all webhooks of an event get the same bytes. */
function createBodies(first: number, webhooks: number): (webhook: number) => Buffer {
  const template = compileTemplate(eventBody(eventType(1)))
  let sequence = first - 1
  let body = template.bytes
  return (webhook) => {
    if (webhook % webhooks === 0) {
      sequence += 1
      fillTemplate(template, sequence, sharedMicroseconds(), 1)
      body = Buffer.from(template.bytes)
    }
    return body
  }
}
