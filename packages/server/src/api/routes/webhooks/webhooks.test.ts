import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { startReceiver, type Receiver } from '../../../../test/support/receiver.ts'
import { createTestApi, type TestApi, type TestCaller } from '../../../../test/support/test-api.ts'

const SEED = {
  url: 'https://myapp.example.com/webhooks/validgraph',
  events: ['validation.failed', 'score.dropped'],
  secret: 'whsec_1a2b3c4d5e6f...',
}

let api: TestApi
let acme: TestCaller
let receiver: Receiver

beforeEach(async () => {
  receiver = await startReceiver()
  api = await createTestApi()
  acme = await api.organization('acme')
})
afterEach(async () => {
  await api.close()
  await receiver.close()
})

const create = async (fields: object = {}, headers?: Record<string, string>) =>
  acme.call('POST', '/api/v1/webhooks', { ...SEED, ...fields }, headers)
const list = async () => (await acme.call('GET', '/api/v1/webhooks')).body.data

describe('creating a webhook', () => {
  it('takes exactly the documented body and answers its fields first', async () => {
    const { status, body } = await create()
    expect(status).toBe(201)
    expect(Object.keys(body)).toEqual([
      ...[
        'id',
        'url',
        'events',
        'status',
        'created_at',
        'last_triggered_at',
        'secret',
        'description',
        'enabled',
      ],
      ...[
        'health',
        'failure_count',
        'last_error',
        'paused_until',
        'retry_schedule',
        'disable_after',
        'headers',
        'scope',
        'filter',
        'warnings',
      ],
      ...['held', 'held_expired', 'filtered_out'],
      ...['ordering', 'rate_limit', 'signatures', 'public_key', 'previous_secret_expires_at'],
    ])
    expect(body).toMatchObject({
      ...SEED,
      status: 'active',
      last_triggered_at: null,
      enabled: true,
      health: 'healthy',
      failure_count: 0,
      retry_schedule: [60, 300, 1800, 3600],
      disable_after: 5,
      headers: {},
      scope: { type: 'organization' },
      filter: null,
    })
    expect(body.id).toMatch(/^webhook_[0-9a-f]{32}$/)
  })

  it('shows the secret this once', async () => {
    const { body } = await create()
    const { secret, ...rest } = body
    expect(secret).toBe(SEED.secret)
    expect((await acme.call('GET', `/api/v1/webhooks/${body.id}`)).body).toEqual(rest)
    expect(await list()).toEqual([rest])
  })

  it('makes a secret when none is given', async () => {
    const { body } = await create({ secret: undefined })
    expect(body.secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/)
  })

  it('does not activate it when enabled is false', async () => {
    expect((await create({ enabled: false })).body).toMatchObject({ status: 'disabled', enabled: false })
  })

  it('counts a repeated event type once', async () => {
    const { body } = await create({ events: ['run.failed', 'run.completed', 'run.failed'] })
    expect(body.events).toEqual(['run.failed', 'run.completed'])
  })

  it.each([
    [{ events: ['validation.failed', 'validation.faild'] }, 'unknown_event_type', 'events[1]'],
    [{ events: [] }, 'invalid_request', 'events'],
    [{ events: 'run.failed' }, 'invalid_request', 'events'],
    [{ url: 'http://10.0.0.1/' }, 'url_not_allowed', 'url'],
    [{ url: 'ftp://example.com/' }, 'url_not_allowed', 'url'],
    [{ url: 'not a url' }, 'url_not_allowed', 'url'],
    [{ url: undefined }, 'invalid_request', 'url'],
    [{ url: `https://example.com/${'x'.repeat(2_048)}` }, 'invalid_request', 'url'],
    [{ secret: 'seven77' }, 'invalid_request', 'secret'],
    [{ secret: 'x'.repeat(129) }, 'invalid_request', 'secret'],
    [{ secret: ' \t\n      ' }, 'invalid_request', 'secret'],
    [{ secret: 'a secret\0 cut off' }, 'invalid_request', 'secret'],
    [{ filter: 'nothing ==' }, 'filter_not_usable', 'filter'],
    [{ ordering: 'time' }, 'invalid_request', 'ordering'],
    [{ rate_limit: 5 }, 'invalid_request', 'rate_limit'],
    [{ retry_schedule: Array.from({ length: 21 }, () => 1) }, 'invalid_request', 'retry_schedule'],
    [{ retry_schedule: [-1] }, 'invalid_request', 'retry_schedule[0]'],
    [{ retry_schedule: [604_801] }, 'invalid_request', 'retry_schedule[0]'],
    [{ disable_after: 1.5 }, 'invalid_request', 'disable_after'],
    [{ headers: { 'Webhook-Signature': 'x' } }, 'invalid_request', 'headers.Webhook-Signature'],
    [{ headers: { Host: 'x' } }, 'invalid_request', 'headers.Host'],
    [{ headers: { 'a b': 'x' } }, 'invalid_request', 'headers.a b'],
    [{ headers: { a: 'x\r\nb: y' } }, 'invalid_request', 'headers.a'],
    [{ headers: { a: '1', A: '2' } }, 'invalid_request', 'headers.A'],
    [{ scope: { type: 'project', id: 'proj_1' } }, 'invalid_request', 'scope.id'],
    [{ scope: { type: 'workflow', id: 99 } }, 'invalid_request', 'scope.id'],
    [{ scope: { type: 'planet' } }, 'invalid_request', 'scope.type'],
  ])('refuses %j and leaves nothing behind', async (fields, code, field) => {
    const { status, body } = await create(fields)
    expect([status, body.code, body.errors[0]?.field]).toEqual([422, code, field])
    expect(await list()).toEqual([])
  })

  it('accepts the bounds themselves', async () => {
    const fields = { secret: '12345678', retry_schedule: [], disable_after: 0, headers: { 'X-A': '' } }
    expect(await create(fields)).toMatchObject({ status: 201, body: fields })
    expect((await create({ secret: 'x'.repeat(128) })).status).toBe(201)
  })

  it('lists near matches of a type that is not known', async () => {
    const { body } = await create({ events: ['schema.change'] })
    expect(body.errors[0].message).toBe(
      'There is no event type "schema.change". Did you mean schema.changed, schema.removed?',
    )
    expect((await create({ events: ['x'] })).body.errors[0].message).toContain(
      'The event types are run.completed, ',
    )
  })
})

describe('an Idempotency-Key', () => {
  it('answers the same request with the same webhook, secret included', async () => {
    const first = await create({ secret: undefined }, { 'idempotency-key': 'k1' })
    const again = await create({ secret: undefined }, { 'idempotency-key': 'k1' })
    expect(again.status).toBe(201)
    expect(again.body).toEqual(first.body)
    expect(first.headers['idempotent-replayed']).toBeUndefined()
    expect(again.headers['idempotent-replayed']).toBe('true')
    expect(await list()).toHaveLength(1)
  })

  it('refuses another request, and makes nothing', async () => {
    await create({}, { 'idempotency-key': 'k1' })
    const { status, body } = await create({ description: 'other' }, { 'idempotency-key': 'k1' })
    expect([status, body.code, body.errors[0].field]).toEqual([
      409,
      'idempotency_conflict',
      'Idempotency-Key',
    ])
    expect(await list()).toHaveLength(1)
  })

  it('belongs to one organization and one operation', async () => {
    const other = await api.organization('other')
    await create({}, { 'idempotency-key': 'k1' })
    const headers = { 'idempotency-key': 'k1' }
    const theirs = await other.call('POST', '/api/v1/webhooks', SEED, headers)
    expect([theirs.status, theirs.headers['idempotent-replayed']]).toEqual([201, undefined])
    expect((await acme.call('POST', '/api/v1/projects', { name: 'x' }, headers)).status).toBe(201)
  })

  it.each(['', 'x'.repeat(256), 'ü', ' '])('must be printable and short: %j', async (key) => {
    const { status, body } = await create({}, { 'idempotency-key': key })
    expect([status, body.errors[0].field]).toEqual([422, 'Idempotency-Key'])
    expect(await list()).toEqual([])
  })
})

describe('static headers that look like credentials', () => {
  const headers = { Authorization: 'Bearer theirs', 'X-Team-JWT': 'e30', 'X-Team': 'shop' }
  const redacted = { Authorization: '[redacted]', 'X-Team-JWT': '[redacted]', 'X-Team': 'shop' }

  it('are shown to who may change them', async () => {
    const { body: created } = await create({ headers })
    const writer = await api.organization('acme', { scopes: ['write'] })
    const url = `/api/v1/webhooks/${created.id}`
    expect(created.headers).toEqual(headers)
    expect((await acme.call('GET', url)).body.headers).toEqual(headers)
    expect((await writer.call('GET', url)).body.headers).toEqual(headers)
    expect((await writer.call('PATCH', url, { description: 'x' })).body.headers).toEqual(headers)
    expect((await writer.call('POST', `${url}/disable`)).body.headers).toEqual(headers)
  })

  it('are hidden from who may only read', async () => {
    const { body: created } = await create({ headers })
    const reader = await api.organization('acme', { scopes: ['read'] })
    const one = await reader.call('GET', `/api/v1/webhooks/${created.id}`)
    const all = await reader.call('GET', '/api/v1/webhooks')
    expect(one.body.headers).toEqual(redacted)
    expect(all.body.data).toEqual([one.body])
    expect(one.text + all.text).not.toMatch(/theirs|e30/)
  })
})

describe('changing a webhook', () => {
  it('touches what is named and nothing else', async () => {
    const { body: created } = await create()
    const { secret: _shown, ...before } = created
    const changes = {
      description: 'mine',
      headers: { Authorization: 'Bearer x' },
      retry_schedule: [1.5],
      disable_after: 0,
    }
    const { status, body } = await acme.call('PATCH', `/api/v1/webhooks/${created.id}`, changes)
    expect(status).toBe(200)
    expect(body).toEqual({ ...before, ...changes })
  })

  it('refuses what creating refuses, and the secret', async () => {
    const { body: created } = await create()
    const before = (await acme.call('GET', `/api/v1/webhooks/${created.id}`)).body
    for (const changes of [
      { secret: 'a-new-secret' },
      { events: ['nope'] },
      { url: 'http://10.0.0.1/' },
      { status: 'active' },
    ]) {
      expect((await acme.call('PATCH', `/api/v1/webhooks/${created.id}`, changes)).status).toBe(422)
    }
    expect((await acme.call('GET', `/api/v1/webhooks/${created.id}`)).body).toEqual(before)
  })

  it('disables and enables', async () => {
    const { body: created } = await create()
    const url = `/api/v1/webhooks/${created.id}`
    expect((await acme.call('PATCH', url, { enabled: false })).body).toMatchObject({
      status: 'disabled',
      enabled: false,
    })
    expect((await acme.call('PATCH', url, { enabled: true })).body).toMatchObject({
      status: 'active',
      enabled: true,
    })
    expect((await acme.call('POST', `${url}/disable`)).body.status).toBe('disabled')
    expect((await acme.call('POST', `${url}/enable`)).body.status).toBe('active')
    expect((await acme.call('POST', `${url}/enable`, { held: 'keep' })).body.errors[0].field).toBe('held')
    expect((await acme.call('POST', `${url}/disable`, { now: true })).body.errors[0].field).toBe('now')
  })

  it('deletes', async () => {
    const { body: created } = await create()
    const url = `/api/v1/webhooks/${created.id}`
    const gone = await acme.call('DELETE', url)
    expect([gone.status, gone.text]).toEqual([204, ''])
    expect((await acme.call('GET', url)).status).toBe(404)
    expect((await acme.call('DELETE', url)).status).toBe(404)
    expect((await acme.call('POST', `${url}/enable`)).status).toBe(404)
    expect(await list()).toEqual([])
  })
})

describe('what is held while a webhook is disabled', () => {
  it.each([
    ['send', 'delivered'],
    ['drop', 'cancelled'],
  ])('is there after enabling with %s: %s', async (held, state) => {
    const { body: workflow } = await acme.call('POST', '/api/v1/workflows', {
      slug: 'any',
      name: 'Any',
      steps: [{ type: 'json-schema', config: { schema: {} } }],
    })
    const { body: webhook } = await create({ url: receiver.url, events: ['run.completed'], enabled: false })
    await acme.call('POST', `/api/v1/orgs/acme/workflows/${workflow.id}/results`, { result: 'PASS' })
    const deliveries = async () =>
      (await acme.call('GET', `/api/v1/webhooks/${webhook.id}/deliveries`)).body.data
    expect(await deliveries()).toMatchObject([{ state: 'held', next_attempt_at: null }])

    await acme.call('POST', `/api/v1/webhooks/${webhook.id}/enable`, { held })
    if (held === 'send') await receiver.until((received) => received.length === 1)
    await expect.poll(async () => (await deliveries())[0].state).toBe(state)
    expect(receiver.received).toHaveLength(held === 'send' ? 1 : 0)
  })
})

describe('testing a webhook', () => {
  it('sends one signed event and answers what came of it', async () => {
    const { body: webhook } = await create({ url: receiver.url, enabled: false })
    const { status, body } = await acme.call('POST', `/api/v1/webhooks/${webhook.id}/test`)
    expect(status).toBe(200)
    expect(Object.keys(body)).toEqual([
      ...[
        'delivery_id',
        'event_id',
        'delivered',
        'status_code',
        'duration_ms',
        'error',
        'request',
        'response',
      ],
    ])
    expect(body).toMatchObject({
      delivered: true,
      status_code: 200,
      error: null,
      response: { body: 'answer 200' },
    })
    expect(body.request.body).toBe(receiver.received[0]?.body.toString())
    expect(receiver.received[0]?.headers).toMatchObject({ 'webhook-id': body.event_id })
    expect(JSON.parse(body.request.body)).toMatchObject({ event: 'webhook.test' })
  })

  it('tells in plain words why it failed', async () => {
    const { body: webhook } = await create({ url: receiver.url })
    await receiver.close()
    const { status, body } = await acme.call('POST', `/api/v1/webhooks/${webhook.id}/test`)
    expect(status).toBe(200)
    expect(body).toMatchObject({ delivered: false, status_code: null, response: null })
    expect(body.error).toMatchObject({
      code: 'connection_refused',
      message: expect.stringMatching(/\w+ \w+/),
    })
    expect((await acme.call('GET', `/api/v1/webhooks/${webhook.id}`)).body).toMatchObject({
      failure_count: 0,
      health: 'healthy',
    })
  })
})

describe('listing webhooks', () => {
  it('goes through all pages, newest first', async () => {
    const ids: string[] = []
    for (let count = 0; count < 5; count += 1) ids.unshift((await create()).body.id)
    const seen: string[] = []
    let url: string | null = '/api/v1/webhooks?limit=2'
    for (let pages = 0; url !== null && pages < 10; pages += 1) {
      const { body } = await acme.call('GET', url)
      seen.push(...body.data.map((webhook: { id: string }) => webhook.id))
      url = body.next_cursor === null ? null : `/api/v1/webhooks?limit=2&cursor=${body.next_cursor}`
    }
    expect(seen).toEqual(ids)
  })
})
