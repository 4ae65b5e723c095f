import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { startReceiver, type Receiver } from '../../../../test/support/receiver.ts'
import { createTestApi, type TestApi, type TestCaller } from '../../../../test/support/test-api.ts'
import { eventually } from '../../../../test/support/eventually.ts'

let api: TestApi
let acme: TestCaller
let receiver: Receiver
let status = 200
let path: string
let since: string

beforeEach(async () => {
  status = 200
  receiver = await startReceiver(() => status)
  api = await createTestApi()
  acme = await api.organization('acme')
  since = new Date(api.clock.now() - 1_000).toISOString()
  await acme.call('POST', '/api/v1/event-types', { type: 'order.paid' })
  path = await subscribe()
})
afterEach(async () => {
  await api.close()
  await receiver.close()
})

async function subscribe(fields: object = {}): Promise<string> {
  const webhook = {
    url: receiver.url,
    events: ['order.paid'],
    retry_schedule: [],
    disable_after: 0,
    ...fields,
  }
  return `/api/v1/webhooks/${(await acme.call('POST', '/api/v1/webhooks', webhook)).body.id}`
}

async function publish(data: unknown = 1): Promise<string> {
  return (await acme.call('POST', '/api/v1/events', { type: 'order.paid', data })).body.id
}

interface DeliveryBody {
  id: string
  event_id: string
  state: string
  attempt_count: number
  attempts: { kind: string; outcome: string }[]
}

const deliveries = async (): Promise<DeliveryBody[]> =>
  (await acme.call('GET', `${path}/deliveries`)).body.data
const delivery = async (id: string): Promise<DeliveryBody> =>
  (await acme.call('GET', `/api/v1/deliveries/${id}`)).body
const until = (wanted: (rows: DeliveryBody[]) => boolean) => eventually(deliveries, wanted)
const replay = (fields: object = {}) => acme.call('POST', `${path}/replay`, { since, ...fields })

const resend = (id: string | undefined, headers?: Record<string, string>) =>
  acme.call('POST', `/api/v1/deliveries/${id}/resend`, undefined, headers)

describe('resending a delivery', () => {
  it('makes another one with the same id, and attempts of kind manual', async () => {
    status = 500
    const eventId = await publish()
    const [row] = await until((rows) => rows[0]?.state === 'exhausted')
    status = 200
    const answer = await resend(row?.id)
    expect([answer.status, answer.body.resend_of, answer.body.event_id]).toEqual([202, row?.id, eventId])
    await until((rows) => rows[0]?.state === 'delivered')
    expect(await delivery(answer.body.id)).toMatchObject({
      ...{ resend_of: row?.id, state: 'delivered', attempt_count: 1 },
      attempts: [{ kind: 'manual', outcome: 'delivered', number: 1 }],
    })
    expect(receiver.received.map(({ headers }) => headers['webhook-id'])).toEqual([eventId, eventId])
  })

  it.each([
    ['delivered', 200],
    ['exhausted', 500],
  ])('leaves one that was %s as it was, whatever comes of it', async (state, first) => {
    status = first
    await publish()
    const [row] = await until((rows) => rows[0]?.state === state)
    const before = await delivery(row?.id ?? '')
    status = 500
    const { body } = await resend(row?.id)
    await until((rows) => rows[0]?.state === 'exhausted' && rows[0].id === body.id)
    expect(await delivery(row?.id ?? '')).toEqual(before)
  })

  it('of one that waits for its retry is early, and the next of its schedule', async () => {
    path = await subscribe({ retry_schedule: [3_600, 3_600] })
    status = 500
    await publish()
    const [row] = await until((rows) => rows[0]?.attempt_count === 1)
    expect((await resend(row?.id)).body).toMatchObject({ id: row?.id, resend_of: null })
    await until((rows) => rows[0]?.attempt_count === 2)
    const after = await delivery(row?.id ?? '')
    expect(after.state).toBe('pending')
    expect(after.attempts.map(({ kind }) => kind)).toEqual(['auto', 'auto'])
  })

  it('is answered with the one that is on its way, and with an Idempotency-Key with the one it made', async () => {
    await publish()
    const [row] = await until((rows) => rows[0]?.state === 'delivered')
    path = path.replace('/deliveries', '')
    await acme.call('PATCH', path, { retry_schedule: [3_600] })
    status = 500
    const key = { 'idempotency-key': 'once' }
    const [first, second] = [await resend(row?.id, key), await resend(row?.id)]
    expect(second.body.id).toBe(first.body.id)
    await until((rows) => rows[0]?.attempt_count === 1)
    expect((await resend(row?.id)).body.id).toBe(first.body.id)
    await acme.call('POST', `${path}/disable`)
    await acme.call('POST', `${path}/enable`, { held: 'drop' })
    await until((rows) => rows[0]?.state === 'cancelled')
    const replayed = await resend(row?.id, key)
    expect([replayed.body.id, replayed.headers['idempotent-replayed']]).toEqual([first.body.id, 'true'])
    expect((await resend(first.body.id, key)).body.code).toBe('idempotency_conflict')
    expect((await resend(row?.id)).body.id).not.toBe(first.body.id)
  })

  it('is refused while the webhook is stopped, and unknown for what is not there', async () => {
    await publish()
    const [row] = await until((rows) => rows[0]?.state === 'delivered')
    await acme.call('POST', `${path}/pause`)
    const refused = await acme.call('POST', `/api/v1/deliveries/${row?.id}/resend`)
    expect(refused.status).toBe(409)
    expect(refused.body.code).toBe('webhook_stopped')
    expect((await acme.call('POST', '/api/v1/deliveries/dlv_nothing/resend')).status).toBe(404)
  })
})

describe('a replay', () => {
  it('counts first, then sends what did not arrive', async () => {
    await publish(1)
    await until((rows) => rows[0]?.state === 'delivered')
    status = 500
    await publish(2)
    await publish(3)
    await until((rows) => rows.filter(({ state }) => state === 'exhausted').length === 2)
    status = 200
    expect((await replay({ dry_run: true })).body).toEqual({ matched: 2, queued: 0 })
    expect((await replay()).body).toEqual({ matched: 2, queued: 2 })
    await until((rows) => rows.filter(({ state }) => state === 'delivered').length === 3)
    expect(receiver.received).toHaveLength(5)
    expect((await replay()).body).toEqual({ matched: 0, queued: 0 })
    expect((await replay({ states: ['delivered'], dry_run: true })).body.matched).toBe(3)
  })

  it('sends a new webhook what happened before it was there', async () => {
    await publish(1)
    await publish(2)
    await until((rows) => rows.length === 2 && rows.every(({ state }) => state === 'delivered'))
    path = await subscribe({ filter: 'data > 1' })
    expect((await replay({ states: ['exhausted'] })).body.matched).toBe(0)
    expect((await replay()).body).toEqual({ matched: 1, queued: 1 })
    const rows = await until((found) => found[0]?.state === 'delivered')
    expect(rows).toHaveLength(1)
    expect((await replay()).body.matched).toBe(0)
  })

  it('keeps to its range and its types', async () => {
    await acme.call('POST', '/api/v1/event-types', { type: 'order.sent' })
    await publish()
    path = await subscribe({ events: ['order.paid', 'order.sent'] })
    const early = new Date(api.clock.now() - 3_600_000).toISOString()
    expect((await replay({ dry_run: true })).body.matched).toBe(1)
    expect((await replay({ dry_run: true, types: ['order.sent'] })).body.matched).toBe(0)
    expect((await replay({ dry_run: true, since: early, until: since })).body.matched).toBe(0)
    expect((await replay({ since, until: early })).body.errors).toMatchObject([{ field: 'since' }])
  })

  it('is refused while the webhook is stopped, but for the count', async () => {
    await publish()
    path = await subscribe({ enabled: false })
    expect((await replay({ dry_run: true })).body.matched).toBe(1)
    expect((await replay()).body.code).toBe('webhook_stopped')
  })
})

describe('a pause', () => {
  it('holds events, keeps health, and sends them when it ends', async () => {
    path = await subscribe()
    await acme.call('POST', `${path}/pause`)
    await publish()
    expect((await deliveries()).map(({ state }) => state)).toEqual(['held'])
    expect((await acme.call('GET', path)).body).toMatchObject({ status: 'paused', enabled: false })
    await acme.call('POST', `${path}/enable`)
    await until((rows) => rows[0]?.state === 'delivered')
  })
})

describe('a strict order', () => {
  it('says which delivery goes first, and goes on when that one is given up', async () => {
    path = await subscribe({ ordering: 'webhook', retry_schedule: [3_600] })
    status = 500
    await publish(1)
    await until((rows) => rows[0]?.attempt_count === 1)
    await publish(2)
    const [second, first] = await deliveries()
    expect(await delivery(second?.id ?? '')).toMatchObject({
      state: 'pending',
      attempt_count: 0,
      next_attempt_at: null,
      blocked_by: first?.id,
    })
    expect((await acme.call('POST', `/api/v1/deliveries/${second?.id}/resend`)).body.code).toBe(
      'delivery_blocked',
    )
    status = 200
    await acme.call('POST', `/api/v1/deliveries/${first?.id}/resend`)
    await until((rows) => rows.every(({ state }) => state === 'delivered'))
  })
})
