import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createApiClient, type ApiClient } from '../support/api-client.ts'
import { makeDataDir, makeKey, startServer, type ServerProcess } from '../support/server-process.ts'

const dataDir = makeDataDir()
let server: ServerProcess
let api: ApiClient
let key: string

const PAID = {
  type: 'object',
  required: ['amount'],
  properties: { amount: { type: 'number' }, status: { enum: ['paid', 'open'] } },
  additionalProperties: false,
}

beforeAll(async () => {
  server = await startServer(dataDir.path)
  key = await makeKey(dataDir.path)
  api = createApiClient(server.url, key)
  await api.post('/api/v1/event-types', { type: 'order.paid', schema: PAID })
  await api.post('/api/v1/event-types', { type: 'order.sent', schema: { properties: { amount: {} } } })
  await api.post('/api/v1/event-types', { type: 'order.free' })
})

afterAll(async () => {
  await server.end('SIGTERM')
  dataDir.remove()
})

interface Answer {
  id: string
  code: string
  errors: { field: string; message: string }[]
  warnings: { code: string; field: string; message: string }[]
}

async function send(method: string, path: string, body?: unknown): Promise<Answer & { http: number }> {
  const { status, body: answer } = await api.call(method, path, body)
  return { ...(answer as Answer), http: status }
}

const subscribe = (filter: string, events: string[] = ['order.paid']) =>
  send('POST', '/api/v1/webhooks', { url: 'http://127.0.0.1:9/', events, filter, enabled: false })

describe('a filter that can never be true', () => {
  it.each([
    [
      'data.amont > 1',
      ['order.paid'],
      'line 1, column 5: there is no data.amont in order.paid',
      'data.amount',
    ],
    ['data.amount', ['order.paid'], 'it gives a number in order.paid, and neither true nor false', ''],
    ['data.amount == "5"', ['order.paid'], 'data.amount is a number and never "5"', ''],
    ['type == "order.piad"', ['order.free'], 'type is "order.free" and never "order.piad"', ''],
    ['summary.eror_count > 1', ['run.failed'], 'there is no summary.eror_count', 'summary.error_count'],
    [
      'data.score > 1',
      ['run.failed', 'run.completed'],
      'there is no data in run.failed and run.completed',
      '',
    ],
    ['data.scores < 50', ['validation.completed'], 'there is no data.scores', 'data.score'],
    ['data.errors.exists(e, e.mesage == "x")', ['validation.failed'], 'there is no e.mesage', 'e.message'],
    ['data.status == "valid"', ['validation.failed'], 'data.status is "invalid" and never "valid"', ''],
    ['score < 50', ['validation.completed'], 'there is no "score" here', 'data.score'],
  ])('%s', async (filter, events, reason, meant) => {
    const { http, code, errors } = await subscribe(filter, events)
    expect({ http, code }).toEqual({ http: 422, code: 'filter_not_usable' })
    expect(errors).toEqual([{ field: 'filter', message: expect.stringContaining(reason) as string }])
    if (meant !== '') expect(errors[0]?.message).toContain(`Did you mean ${meant}?`)
  })

  it('is refused of an alert rule and of an assertion as well', async () => {
    const rule = await send('POST', '/api/v1/alert-rules', {
      name: 'Errors',
      condition: { rule_type: 'cel', expression: 'data.eror_count > 3' },
    })
    expect(rule).toMatchObject({ http: 422, errors: [{ field: 'condition.expression' }] })
    expect(rule.errors[0]?.message).toContain('Did you mean data.error_count?')
    const workflow = await send('POST', '/api/v1/workflows', {
      slug: 'slip',
      name: 'Slip',
      steps: [
        {
          type: 'assertions',
          config: { assertions: [{ expression: 'findings.all(f, f.sevrity == "error")' }] },
        },
      ],
    })
    expect(workflow).toMatchObject({ http: 422, code: 'schema_not_compiled' })
    expect(workflow.errors[0]?.message).toContain('Did you mean f.severity?')
  })
})

describe('warnings', () => {
  it('name what was meant where the schema leaves room, in every answer', async () => {
    const made = await subscribe('data.amont > 1', ['order.sent'])
    const warning = {
      code: 'filter_field_unknown',
      field: 'filter',
      message: 'line 1, column 5: data.amont is not declared in order.sent. Did you mean data.amount?',
    }
    expect(made).toMatchObject({ http: 201, warnings: [warning] })
    const path = `/api/v1/webhooks/${made.id}`
    expect(await send('GET', path)).toMatchObject({ warnings: [warning] })
    const { data } = await api.get<{ data: Answer[] }>('/api/v1/webhooks')
    expect(data.find(({ id }) => id === made.id)).toMatchObject({ warnings: [warning] })
    expect(await send('PATCH', path, { filter: 'data.amount > 1' })).toMatchObject({ warnings: [] })
    expect(await send('PATCH', path, { filter: 'data.amont > 1' })).toMatchObject({ warnings: [warning] })
  })

  it('are of the types of which it is never true, and of none without a schema', async () => {
    expect(await subscribe('data.amount > 1', ['order.paid', 'run.failed'])).toMatchObject({
      http: 201,
      warnings: [{ code: 'filter_never_true', message: expect.stringContaining('run.failed') as string }],
    })
    expect(await subscribe('data.amont > 1 && data.x', ['order.free'])).toMatchObject({ warnings: [] })
  })

  it('are shown of an alert rule', async () => {
    const rule = { rule_type: 'cel', expression: 'data.eror_count > 3 || data.score < 50' }
    const made = await send('POST', '/api/v1/alert-rules', { name: 'Errors', condition: rule })
    const warnings = [{ code: 'filter_field_unknown', field: 'condition.expression' }]
    expect(made).toMatchObject({ http: 201, warnings })
    expect(await send('GET', `/api/v1/alert-rules/${made.id}`)).toMatchObject({ warnings })
  })
})

describe('a filter is judged again', () => {
  it('when its webhook hears other types', async () => {
    const { id } = await subscribe('data.amount > 1')
    expect(await send('PATCH', `/api/v1/webhooks/${id}`, { events: ['run.failed'] })).toMatchObject({
      http: 422,
      code: 'filter_not_usable',
      errors: [{ field: 'events' }],
    })
    const both = await send('PATCH', `/api/v1/webhooks/${id}`, {
      events: ['run.failed'],
      filter: 'summary.error_count > 1',
    })
    expect(both).toMatchObject({ http: 200, warnings: [] })
  })

  it('when a type is declared otherwise', async () => {
    await api.post('/api/v1/event-types', { type: 'cart.left', schema: PAID })
    const { id } = await subscribe('data.amount > 1', ['cart.left'])
    const total = { ...PAID, required: [], properties: { total: { type: 'number' } } }
    await send('PATCH', '/api/v1/event-types/cart.left', { schema: total })
    const path = `/api/v1/webhooks/${id}`
    const warnings = [
      { code: 'filter_never_true', message: expect.stringContaining('no data.amount') as string },
    ]
    expect(await send('GET', path)).toMatchObject({ warnings })
    // What has nothing to do with the filter can be changed all the same.
    expect(await send('PATCH', path, { description: 'Carts' })).toMatchObject({ http: 200, warnings })
    await send('PATCH', '/api/v1/event-types/cart.left', { schema: null })
    expect(await send('GET', path)).toMatchObject({ warnings: [] })
  })
})

describe('what a filter passes over', () => {
  interface Counted {
    id: string
    filtered_out: { count: number; last_at: string | null }
  }
  const show = (id: string) => api.get<Counted>(`/api/v1/webhooks/${id}`)
  const publish = (amounts: number[]) =>
    api.post('/api/v1/events', {
      events: amounts.map((amount) => ({ type: 'order.sent', data: { amount } })),
    })

  it('is counted of each webhook, whether or not it is stopped, and outlives the server', async () => {
    const wanted = { url: 'http://127.0.0.1:9/', events: ['order.sent'], enabled: false }
    const create = (filter: string | null, events = wanted.events) =>
      api.post<Counted>('/api/v1/webhooks', { ...wanted, filter, events })
    const large = await create('data.amount > 10')
    const failing = await create('data.amount.x > 10')
    const open = await create(null)
    const other = await create('summary.error_count > 1', ['run.failed'])
    expect(large.filtered_out).toEqual({ count: 0, last_at: null })

    await publish([1, 2, 20])
    await publish([3])
    // A test is sent whatever the filter, and is no event that it passed over.
    await api.post(`/api/v1/webhooks/${large.id}/test`, {})
    const before = await show(large.id)
    expect(before.filtered_out).toEqual({ count: 3, last_at: expect.any(String) as string })
    expect((await show(failing.id)).filtered_out.count).toBe(4)
    for (const { id } of [open, other]) expect((await show(id)).filtered_out.count).toBe(0)

    await server.end('SIGKILL')
    server = await startServer(dataDir.path)
    api = createApiClient(server.url, key)
    expect((await show(large.id)).filtered_out).toEqual(before.filtered_out)
    await publish(Array.from({ length: 500 }, (_, index) => index))
    expect((await show(large.id)).filtered_out.count).toBe(3 + 11)
    expect((await show(failing.id)).filtered_out.count).toBe(4 + 500)
  })
})
