import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { startReceiver, type Receiver } from '../../../../test/support/receiver.ts'
import { createTestApi, type TestApi, type TestCaller } from '../../../../test/support/test-api.ts'

let api: TestApi
let acme: TestCaller
let receiver: Receiver

beforeEach(async () => {
  receiver = await startReceiver()
  api = await createTestApi()
  acme = await api.organization('acme')
  await declare({ type: 'order.paid' })
})
afterEach(async () => {
  await api.close()
  await receiver.close()
})

const declare = (body: object) => acme.call('POST', '/api/v1/event-types', body)
const publish = (body: unknown, headers?: Record<string, string>) =>
  acme.call('POST', '/api/v1/events', body, headers)
const subscribe = (fields: object = {}) =>
  acme.call('POST', '/api/v1/webhooks', { url: receiver.url, events: ['order.paid'], ...fields })

describe('publishing an event', () => {
  it('answers what it is and to how many webhooks it is owed, and sends it', async () => {
    await subscribe()
    await subscribe({ url: `${receiver.url}/second` })
    const { status, body } = await publish({
      type: 'order.paid',
      data: { order: 42 },
      key: 'order-42',
      timestamp: '2025-03-22T16:30:00.250+02:00',
    })
    expect(status).toBe(202)
    expect(body).toEqual({
      id: expect.stringMatching(/^evt_[0-9a-f]{32}$/),
      type: 'order.paid',
      timestamp: '2025-03-22T14:30:00.250Z',
      deliveries: 2,
    })
    await receiver.until((received) => received.length === 2)
    const [request] = receiver.received
    expect(request?.headers['webhook-id']).toBe(body.id)
    expect(request?.headers['x-svs-signature']).toBeUndefined()
    expect(JSON.parse(String(request?.body))).toEqual({
      type: 'order.paid',
      timestamp: '2025-03-22T14:30:00.250Z',
      data: { order: 42 },
    })
    const stored = await acme.call('GET', `/api/v1/events/${body.id}`)
    expect(stored.body).toMatchObject({ key: 'order-42', run_id: null })
  })

  it('shows numbers as they were written', async () => {
    const numbers = '{"big":12345678901234567890,"price":1.50,"far":-1E400,"list":[0.1,2],"text":"1.0"}'
    const { body } = await publish(`{"type":"order.paid","data":${numbers}}`)
    expect((await acme.call('GET', `/api/v1/events/${body.id}`)).text).toContain(`"data":${numbers}`)
  })

  it('passes data on as it was written, whatever JavaScript makes of it', async () => {
    await subscribe()
    await publish('{"type":"order.paid","data": {"n":12345678901234567890, "price":1.50, "ü":"\\u00fc"} }')
    await receiver.until((received) => received.length === 1)
    expect(String(receiver.received[0]?.body)).toContain(
      '"data":{"n":12345678901234567890, "price":1.50, "ü":"\\u00fc"}}',
    )
  })

  it.each([
    ['null', null],
    ['false', false],
    ['a text', 'text'],
    ['an array', [1]],
  ])('takes any JSON as data: %s', async (_name, data) => {
    expect((await publish({ type: 'order.paid', data })).status).toBe(202)
  })

  it.each([
    ['no type', { data: {} }, 'type', 'invalid_request'],
    ['no data', { type: 'order.paid' }, 'data', 'invalid_request'],
    ['a field too many', { type: 'order.paid', data: 1, id: 'mine' }, 'id', 'invalid_request'],
    ['an empty key', { type: 'order.paid', data: 1, key: '' }, 'key', 'invalid_request'],
    ['no time', { type: 'order.paid', data: 1, timestamp: 'noon' }, 'timestamp', 'invalid_request'],
    ['a built-in type', { type: 'run.completed', data: {} }, 'type', 'built_in_event_type'],
    ['a type nobody declared', { type: 'order.lost', data: {} }, 'type', 'unknown_event_type'],
  ])('refuses %s', async (_name, body, field, code) => {
    const answer = await publish(body)
    expect(answer.status).toBe(422)
    expect(answer.body).toMatchObject({ code, errors: [{ field }] })
    expect((await acme.call('GET', '/api/v1/events')).body.data).toEqual([])
  })

  it.each([[''], ['[]'], ['7'], ['null']])('refuses a body that is no object: %s', async (body) => {
    expect((await publish(body)).body).toMatchObject({ code: 'invalid_request', errors: [{ field: 'body' }] })
  })

  it('holds data against the schema of its type', async () => {
    const schema = { type: 'object', required: ['id'], properties: { id: { type: 'integer' } } }
    await declare({ type: 'order.shipped', schema })
    expect((await publish({ type: 'order.shipped', data: { id: 1 } })).status).toBe(202)
    const refused = await publish({ type: 'order.shipped', data: { id: 'one' } })
    expect(refused.status).toBe(422)
    expect(refused.body).toMatchObject({ code: 'data_not_valid', errors: [{ field: 'data/id' }] })
  })

  it('is answered as before under its Idempotency-Key when its type is gone', async () => {
    const headers = { 'idempotency-key': 'gone-42' }
    await acme.call('POST', '/api/v1/event-types', { type: 'order.gone' })
    const event = { type: 'order.gone', data: 42 }
    const first = await publish(event, headers)
    await acme.call('DELETE', '/api/v1/event-types/order.gone')
    expect(await publish(event, headers)).toMatchObject({ status: 202, body: first.body as object })
    expect((await publish({ ...event, data: 43 }, headers)).body.code).toBe('idempotency_conflict')
    expect((await publish(event)).body.code).toBe('unknown_event_type')
  })

  it('is once for one Idempotency-Key', async () => {
    const headers = { 'idempotency-key': 'pay-42' }
    const event = { type: 'order.paid', data: { order: 42 } }
    const first = await publish(event, headers)
    const again = await publish(event, headers)
    expect(again.body).toEqual(first.body)
    expect(again.headers['idempotent-replayed']).toBe('true')
    expect((await publish({ ...event, data: 43 }, headers)).body.code).toBe('idempotency_conflict')
    expect((await acme.call('GET', '/api/v1/events')).body.data).toHaveLength(1)
  })
})

describe('publishing a batch', () => {
  it('answers one row for each event, in order, and refuses rows by themselves', async () => {
    await subscribe()
    const { status, body } = await publish({
      events: [
        { type: 'order.paid', data: 1 },
        { type: 'order.lost', data: 2 },
        { type: 'order.paid', data: 3 },
        { type: 'order.paid' },
        7,
      ],
    })
    expect(status).toBe(202)
    expect(body.results).toMatchObject([
      { type: 'order.paid', deliveries: 1 },
      { code: 'unknown_event_type', status: 422, errors: [{ field: 'events[1].type' }] },
      { type: 'order.paid', deliveries: 1 },
      { code: 'invalid_request', errors: [{ field: 'events[3].data' }] },
      { code: 'invalid_request', errors: [{ field: 'events[4]' }] },
    ])
    expect(body.results[3].detail).toBe('events[3].data: Required: any JSON value.')
    expect(body.results[4].detail).toBe('events[4]: Must be an object.')
    await receiver.until((received) => received.length === 2)
    const sent = receiver.received.map(({ body }) => (JSON.parse(String(body)) as { data: number }).data)
    expect(sent.sort()).toEqual([1, 3])
  })

  it('takes up to a thousand, and no more', async () => {
    const events = Array.from({ length: 1_000 }, (_, index) => ({ type: 'order.paid', data: index }))
    const { status, body } = await publish({ events })
    expect(status).toBe(202)
    expect(body.results).toHaveLength(1_000)
    expect(new Set(body.results.map(({ id }: { id: string }) => id)).size).toBe(1_000)
    const tooMany = await publish({ events: [...events, events[0]] })
    expect(tooMany.body).toMatchObject({ code: 'invalid_request', errors: [{ field: 'events' }] })
    expect((await publish({ events: [] })).body.errors).toMatchObject([{ field: 'events' }])
  })

  it('is once for one Idempotency-Key, refused rows included', async () => {
    const headers = { 'idempotency-key': 'batch-1' }
    const batch = {
      events: [
        { type: 'order.paid', data: 1 },
        { type: 'order.lost', data: 2 },
      ],
    }
    const first = await publish(batch, headers)
    await declare({ type: 'order.lost' })
    const again = await publish(batch, headers)
    const withoutRequest = ({ request_id: _, ...row }: { request_id?: string }) => row
    expect(again.body.results.map(withoutRequest)).toEqual(first.body.results.map(withoutRequest))
    expect(again.headers['idempotent-replayed']).toBe('true')
    expect((await acme.call('GET', '/api/v1/events')).body.data).toHaveLength(1)
  })

  it('of refused rows only leaves nothing, and no key taken', async () => {
    const headers = { 'idempotency-key': 'batch-2' }
    const batch = { events: [{ type: 'order.lost', data: 2 }] }
    expect((await publish(batch, headers)).body.results).toMatchObject([{ code: 'unknown_event_type' }])
    await declare({ type: 'order.lost' })
    expect((await publish(batch, headers)).body.results).toMatchObject([{ type: 'order.lost' }])
  })
})
