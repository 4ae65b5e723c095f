import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { EVENT_TYPES } from '../../../catalogue/event-types.ts'
import { createTestApi, type TestApi, type TestCaller } from '../../../../test/support/test-api.ts'

let api: TestApi
let acme: TestCaller
let count = 0

beforeAll(async () => {
  api = await createTestApi()
})
beforeEach(async () => {
  acme = await api.organization(`acme-${++count}`)
})
afterAll(() => api.close())

const declare = (body: object, headers?: Record<string, string>) =>
  acme.call('POST', '/api/v1/event-types', body, headers)
const TYPE = '/api/v1/event-types/order.paid'
const BUILT_IN = EVENT_TYPES.map(({ type }) => type)

describe('declaring an event type', () => {
  it('answers it, and lets webhooks subscribe to it', async () => {
    const schema = { type: 'object', required: ['id'] }
    const { status, body } = await declare({ type: 'order.paid', description: 'Paid.', schema })
    expect(status).toBe(201)
    expect(body).toMatchObject({
      type: 'order.paid',
      description: 'Paid.',
      dialect: 'standard',
      built_in: false,
      schema,
      example: null,
    })
    expect((await acme.call('GET', TYPE)).body).toEqual(body)
    const webhook = { url: 'https://example.com/hook', events: ['order.paid'] }
    expect((await acme.call('POST', '/api/v1/webhooks', webhook)).status).toBe(201)
  })

  it('is once for one name, and once for one Idempotency-Key', async () => {
    const headers = { 'idempotency-key': 'declare-1' }
    const first = await declare({ type: 'order.paid' }, headers)
    expect((await declare({ type: 'order.paid' }, headers)).body).toEqual(first.body)
    expect((await declare({ type: 'order.paid' })).body.code).toBe('already_exists')
    expect((await declare({ type: 'order.sent' }, headers)).body.code).toBe('idempotency_conflict')
  })

  it.each([['Order.Paid'], ['paid'], ['order..paid'], ['order.paid '], ['.paid'], ['a.'.repeat(65)]])(
    'refuses the name %j',
    async (type) => {
      const { status, body } = await declare({ type })
      expect(status).toBe(422)
      expect(body.errors).toMatchObject([{ field: 'type' }])
    },
  )

  it.each([['run.completed'], ['run.mine'], ['webhook.lost']])('keeps %s for the server', async (type) => {
    expect((await declare({ type })).body).toMatchObject({ code: 'built_in_event_type', status: 422 })
  })

  it('refuses a schema that does not compile, and one that is too large', async () => {
    const broken = await declare({ type: 'order.paid', schema: { type: 'nonsense' } })
    expect(broken.body).toMatchObject({ code: 'schema_not_compiled', errors: [{ field: 'schema' }] })
    for (const description of ['x'.repeat(70_000), 'ü'.repeat(35_000)]) {
      const large = await declare({ type: 'order.paid', schema: { description } })
      expect(large.body.errors).toMatchObject([{ field: 'schema' }])
    }
    expect((await acme.call('GET', TYPE)).status).toBe(404)
  })
})

describe('the list', () => {
  it('has the built-in ones, then your own by name, over any page size', async () => {
    for (const type of ['order.paid', 'basket.left', 'order.sent']) await declare({ type })
    const expected = [...BUILT_IN, 'basket.left', 'order.paid', 'order.sent']
    for (const limit of [1, BUILT_IN.length - 1, BUILT_IN.length, BUILT_IN.length + 1, 200]) {
      const names: string[] = []
      let cursor: string | null = ''
      for (let page = 0; cursor !== null && page < 100; page++) {
        const query: string = `?limit=${limit}${cursor === '' ? '' : `&cursor=${cursor}`}`
        const { body } = await acme.call('GET', `/api/v1/event-types${query}`)
        names.push(...body.data.map(({ type }: { type: string }) => type))
        cursor = body.next_cursor
      }
      expect(names).toEqual(expected)
    }
  })

  it('ends with the catalogue where nothing was declared', async () => {
    const { body } = await acme.call('GET', `/api/v1/event-types?limit=${BUILT_IN.length}`)
    expect(body.data).toHaveLength(BUILT_IN.length)
    expect(body.next_cursor).toBeNull()
  })
})

describe('changing and deleting', () => {
  it('changes description and schema, each by itself', async () => {
    await declare({ type: 'order.paid', description: 'Paid.', schema: { type: 'object' } })
    expect((await acme.call('PATCH', TYPE, { description: 'Paid in full.' })).body).toMatchObject({
      description: 'Paid in full.',
      schema: { type: 'object' },
    })
    expect((await acme.call('PATCH', TYPE, { schema: null })).body).toMatchObject({
      description: 'Paid in full.',
      schema: null,
    })
    const refused = await acme.call('PATCH', TYPE, { schema: { type: 'nonsense' } })
    expect(refused.body.code).toBe('schema_not_compiled')
  })

  it('keeps what another request changed while a schema was looked at', async () => {
    await declare({ type: 'order.paid', description: 'Paid.' })
    const [withSchema] = await Promise.all([
      acme.call('PATCH', TYPE, { schema: { type: 'object' } }),
      acme.call('PATCH', TYPE, { description: 'Paid in full.' }),
    ])
    expect(withSchema.status).toBe(200)
    expect((await acme.call('GET', TYPE)).body).toMatchObject({
      description: 'Paid in full.',
      schema: { type: 'object' },
    })
  })

  it('deletes one that nobody subscribes to', async () => {
    await declare({ type: 'order.paid' })
    const webhook = { url: 'https://example.com/hook', events: ['order.paid'] }
    const { body } = await acme.call('POST', '/api/v1/webhooks', webhook)
    expect((await acme.call('DELETE', TYPE)).body.code).toBe('in_use')
    await acme.call('DELETE', `/api/v1/webhooks/${body.id}`)
    expect((await acme.call('DELETE', TYPE)).status).toBe(204)
    expect((await acme.call('DELETE', TYPE)).status).toBe(404)
    expect((await acme.call('PATCH', TYPE, {})).status).toBe(404)
  })

  it('leaves the built-in ones alone', async () => {
    for (const method of ['PATCH', 'DELETE']) {
      const answer = await acme.call(
        method,
        '/api/v1/event-types/run.failed',
        method === 'PATCH' ? {} : undefined,
      )
      expect(answer.body.code).toBe('built_in_event_type')
    }
  })
})
