// The limit: undici's Pool.dispatch and an HMAC for each request, and nothing else. No request comes in, nothing is
// stored, matched, guarded or logged; the next request leaves when one was answered.
import { createHmac, createSecretKey } from 'node:crypto'
import { Pool } from 'undici'
import { serveCalls } from '../lib/remote.ts'
import { sharedMicroseconds } from '../lib/shared-clock.ts'
import { eventBody, eventType } from '../load/event-text.ts'
import { compileTemplate, fillTemplate } from '../load/request-template.ts'

export interface LimitLoad {
  /** One origin for each webhook; webhook `n` has the path `/e/n`. */
  ports: readonly number[]
  /** The base64 part of a `whsec_` secret. */
  secretBase64: string
  first: number
  seconds: number
  eventsMax: number
}

export interface LimitReport {
  events: number
  failed: number
}

export type LimitCalls = {
  send(load: LimitLoad): Promise<LimitReport>
}

/** Requests in flight over all origins; more made it no faster. */
const IN_FLIGHT = 60

serveCalls({ send } satisfies LimitCalls)

async function send({ ports, secretBase64, first, seconds, eventsMax }: LimitLoad): Promise<LimitReport> {
  const connections = Math.ceil(IN_FLIGHT / ports.length)
  const pools = ports.map((port) => new Pool(`http://127.0.0.1:${port}`, { connections, pipelining: 1 }))
  const nextRequest = createRequests(first, Buffer.from(secretBase64, 'base64'))
  const endsAt = sharedMicroseconds() + seconds * 1e6
  const deliveriesMax = eventsMax * ports.length
  let sent = 0
  let answered = 0
  let failed = 0

  await new Promise<void>((resolve) => {
    function next(): void {
      const isWholeEvent = sent % ports.length === 0
      if (sent >= deliveriesMax || (isWholeEvent && sharedMicroseconds() >= endsAt)) {
        if (answered === sent) resolve()
        return
      }
      const webhook = sent % ports.length
      sent += 1
      let isRight = false
      pools[webhook]?.dispatch(nextRequest(webhook), {
        onRequestStart: () => undefined,
        onResponseStart(_controller, statusCode) {
          isRight = statusCode === 200
        },
        onResponseData: () => undefined,
        onResponseEnd: () => end(isRight),
        onResponseError: () => end(false),
      })
    }
    function end(isRight: boolean): void {
      answered += 1
      if (!isRight) failed += 1
      next()
    }
    for (let index = 0; index < IN_FLIGHT; index++) next()
  })
  await Promise.all(pools.map((pool) => pool.close()))
  return { events: sent / ports.length, failed }
}

/** The requests of one event after the other; all webhooks of an event get the same bytes. */
function createRequests(first: number, secret: Buffer) {
  const template = compileTemplate(eventBody(eventType(1)))
  const key = createSecretKey(secret)
  let sequence = first - 1
  let body = template.bytes

  return (webhook: number) => {
    if (webhook === 0) {
      sequence += 1
      fillTemplate(template, sequence, sharedMicroseconds(), 1)
      body = Buffer.from(template.bytes)
    }
    const id = `evt_${sequence}`
    const timestamp = String(Math.floor(Date.now() / 1_000))
    const signature = createHmac('sha256', key).update(`${id}.${timestamp}.`).update(body).digest('base64')
    return {
      path: `/e/${webhook}`,
      method: 'POST',
      body,
      headers: {
        'content-type': 'application/json',
        'webhook-id': id,
        'webhook-timestamp': timestamp,
        'webhook-signature': `v1,${signature}`,
      },
    } as const
  }
}
