import { createHexSigner, createV1Signer, generateSecret } from '@sealpost/receiver'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { startReceivers, type Arrival, type ReceiverName, type Receivers } from './receivers.ts'

const RUN = '0198c1a2-9f4e-7c3b-8d5e-6f7081920a1b'
const RUN_BODY = JSON.stringify({
  event: 'run.completed',
  timestamp: '2026-01-01T00:00:00Z',
  run: { id: RUN },
})
const VALIDATION_BODY = JSON.stringify({
  event: 'validation.failed',
  timestamp: '2026-01-01T00:00:00Z',
  data: { validation_id: `val_${RUN.replaceAll('-', '')}` },
})

let arrivals: Arrival[]
let receivers: Receivers
beforeEach(async () => {
  arrivals = []
  receivers = await startReceivers((arrival) => arrivals.push(arrival))
  for (const receiver of Object.values(receivers.byName)) receiver.secret = generateSecret()
})
afterEach(() => receivers.close())

interface Sent {
  body?: string
  id?: string
  /** What the two signatures are made over; the body unless given. */
  signed?: string
  /** The header of the dialect's own signature. */
  header?: string
}

async function send(name: ReceiverName, sent: Sent = {}): Promise<number> {
  const { body = RUN_BODY, id = 'evt_1', signed = body, header = 'x-validibot-signature' } = sent
  const { url, secret } = receivers.byName[name]
  const timestamp = Math.floor(Date.now() / 1000)
  const bytes = Buffer.from(signed)
  const response = await fetch(url, {
    method: 'POST',
    body,
    headers: {
      'webhook-id': id,
      'webhook-timestamp': String(timestamp),
      'webhook-signature': createV1Signer([secret])(id, timestamp, bytes),
      [header]: createHexSigner(secret)(bytes),
    },
  })
  return response.status
}

test('a webhook with both signatures right is taken, whichever dialect names its run', async () => {
  expect(await send('ci')).toBe(204)
  expect(await send('quality', { body: VALIDATION_BODY, header: 'x-svs-signature' })).toBe(204)
  expect(arrivals).toEqual([
    { receiver: 'ci', type: 'run.completed', runId: RUN, refusal: null, status: 204 },
    { receiver: 'quality', type: 'validation.failed', runId: RUN, refusal: null, status: 204 },
  ])
})

test('a changed body, and a dialect without its own signature, are refused with the reason', async () => {
  expect(await send('ci', { signed: `${RUN_BODY} ` })).toBe(401)
  expect(await send('ci', { header: 'x-svs-signature' })).toBe(401)
  expect(arrivals.map(({ refusal }) => refusal)).toEqual([
    expect.stringMatching(/^v1: /),
    expect.stringMatching(/^validibot: scheme_not_accepted/),
  ])
})

test('the archive turns its first webhook away twice, and only that one', async () => {
  expect(await send('archive', { id: 'evt_1' })).toBe(500)
  expect(await send('archive', { id: 'evt_2' })).toBe(204)
  expect(await send('archive', { id: 'evt_1' })).toBe(500)
  expect(await send('archive', { id: 'evt_1' })).toBe(204)
})

test('a body that says nothing, and one beyond the limit', async () => {
  expect(await send('ci', { body: 'not JSON' })).toBe(401)
  expect(arrivals[0]).toMatchObject({ type: '', runId: null })
  const tooLong = await fetch(receivers.byName.ci.url, {
    method: 'POST',
    body: Buffer.alloc(1024 * 1024 + 1),
  })
  expect(tooLong.status).toBe(413)
  expect(arrivals).toHaveLength(1)
})
