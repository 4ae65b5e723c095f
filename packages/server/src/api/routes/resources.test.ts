import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createTestApi, type TestApi, type TestCaller } from '../../../test/support/test-api.ts'

let api: TestApi
let acme: TestCaller

beforeEach(async () => {
  api = await createTestApi()
  acme = await api.organization('acme')
})
afterEach(() => api.close())

const STEPS = [{ type: 'json-schema', config: { schema: { type: 'object' } } }]
const refusalOf = ({
  status,
  body,
}: {
  status: number
  body: { code: string; errors: { field: string }[] }
}) => [status, body.code, body.errors[0]?.field]

describe('workflows', () => {
  it('are made, read by id or slug, changed and deleted', async () => {
    const created = await acme.call('POST', '/api/v1/workflows', { slug: 'one', name: 'One', steps: STEPS })
    expect(created).toMatchObject({
      status: 201,
      body: {
        slug: 'one',
        score_threshold: 5,
        steps: [
          { type: 'json-schema', name: 'json-schema', failure_mode: 'blocking', config: STEPS[0]?.config },
        ],
      },
    })
    const { id } = created.body
    expect(Number.isInteger(id)).toBe(true)
    expect((await acme.call('GET', `/api/v1/workflows/${id}`)).body).toEqual(created.body)
    expect((await acme.call('GET', '/api/v1/workflows/one')).body).toEqual(created.body)

    const changed = await acme.call('PATCH', '/api/v1/workflows/one', { name: 'Two', score_threshold: 7.5 })
    expect(changed.body).toMatchObject({
      id,
      slug: 'one',
      name: 'Two',
      score_threshold: 7.5,
      steps: created.body.steps,
    })
    expect((await acme.call('DELETE', `/api/v1/workflows/${id}`)).status).toBe(204)
    expect((await acme.call('GET', '/api/v1/workflows/one')).status).toBe(404)
    expect((await acme.call('DELETE', '/api/v1/workflows/one')).status).toBe(404)
  })

  it.each([
    [
      { steps: [{ type: 'json-schema', config: { schema: { type: 'strnig' } } }] },
      'schema_not_compiled',
      'steps[0].config.schema',
    ],
    [{ steps: [...STEPS, { type: 'no-such', config: {} }] }, 'invalid_request', 'steps[1].type'],
    [{ steps: [] }, 'invalid_request', 'steps'],
    [{ steps: Array.from({ length: 21 }, () => STEPS[0]) }, 'invalid_request', 'steps'],
    [{ slug: 'Not A Slug' }, 'invalid_request', 'slug'],
    [{ slug: '42' }, 'invalid_request', 'slug'],
    [{ name: ' ' }, 'invalid_request', 'name'],
    [{ project: 'proj_1' }, 'invalid_request', 'project'],
    [{ score_threshold: 0 }, 'invalid_request', 'score_threshold'],
    [{ stepps: [] }, 'invalid_request', 'stepps'],
  ])('are refused with %j, and nothing is left behind', async (fields, code, field) => {
    const wanted = { slug: 'one', name: 'One', steps: STEPS, ...fields }
    expect(refusalOf(await acme.call('POST', '/api/v1/workflows', wanted))).toEqual([422, code, field])
    expect((await acme.call('GET', '/api/v1/workflows')).body.data).toEqual([])
  })

  it('that stand are not changed by a refused change', async () => {
    const { body } = await acme.call('POST', '/api/v1/workflows', { slug: 'one', name: 'One', steps: STEPS })
    const bad = { name: 'Two', steps: [{ type: 'json-schema', config: { schema: { type: 7 } } }] }
    expect((await acme.call('PATCH', '/api/v1/workflows/one', bad)).body.code).toBe('schema_not_compiled')
    expect((await acme.call('GET', '/api/v1/workflows/one')).body).toEqual(body)
  })

  it('have one slug each, and one Idempotency-Key makes one', async () => {
    const wanted = { slug: 'one', name: 'One', steps: STEPS }
    const headers = { 'idempotency-key': 'w' }
    const first = await acme.call('POST', '/api/v1/workflows', wanted, headers)
    const again = await acme.call('POST', '/api/v1/workflows', wanted, headers)
    expect([again.status, again.body, again.headers['idempotent-replayed']]).toEqual([
      201,
      first.body,
      'true',
    ])
    expect((await acme.call('POST', '/api/v1/workflows', wanted)).body.code).toBe('already_exists')
    expect((await acme.call('POST', '/api/v1/workflows', { ...wanted, name: 'x' }, headers)).status).toBe(409)
  })
})

describe('projects', () => {
  it('are made, renamed and deleted; the default one and one in use stay', async () => {
    const { body: project } = await acme.call('POST', '/api/v1/projects', { name: 'Shop' })
    expect(project).toMatchObject({ id: expect.stringMatching(/^proj_/), name: 'Shop', is_default: false })
    const url = `/api/v1/projects/${project.id}`
    expect((await acme.call('PATCH', url, { name: 'Store' })).body).toEqual({ ...project, name: 'Store' })
    expect((await acme.call('PATCH', url, { name: '' })).status).toBe(422)

    await acme.call('POST', '/api/v1/workflows', {
      slug: 'one',
      name: 'One',
      project: project.id,
      steps: STEPS,
    })
    expect((await acme.call('DELETE', url)).body.code).toBe('in_use')
    await acme.call('DELETE', '/api/v1/workflows/one')
    expect((await acme.call('DELETE', url)).status).toBe(204)
    expect((await acme.call('GET', url)).status).toBe(404)

    const { body: rest } = await acme.call('GET', '/api/v1/projects')
    expect(rest.data).toMatchObject([{ is_default: true }])
    expect((await acme.call('DELETE', `/api/v1/projects/${rest.data[0].id}`)).body.code).toBe('in_use')
  })
})

describe('organizations', () => {
  it('are made by an operator, with a key that works', async () => {
    const operator = await api.organization('ops', { scopes: ['operator'] })
    const { status, body, headers } = await operator.call('POST', '/api/v1/orgs/', {
      slug: 'new-one',
      name: 'New',
    })
    expect(status).toBe(201)
    expect(Object.keys(body)).toEqual(['slug', 'name', 'tier', 'created_at', 'api_key'])
    expect([body.tier, headers.location]).toEqual(['enterprise', '/api/v1/orgs/new-one/'])
    const own = await api.app.inject({ url: '/api/v1/keys', headers: { 'x-api-key': body.api_key } })
    expect(own.json().data).toMatchObject([{ scopes: ['admin'], hint: body.api_key.slice(0, 12) }])
    expect(own.payload).not.toContain(body.api_key)

    expect((await operator.call('POST', '/api/v1/orgs', { slug: 'new-one', name: 'New' })).body.code).toBe(
      'already_exists',
    )
    const all = (await operator.call('GET', '/api/v1/orgs/')).body.data
    expect(all.map((organization: { slug: string }) => organization.slug).sort()).toEqual([
      'acme',
      'new-one',
      'ops',
    ])
    expect((await operator.call('GET', '/api/v1/orgs/new-one/')).body).toMatchObject({ slug: 'new-one' })
    expect((await operator.call('GET', '/api/v1/orgs/none/')).status).toBe(404)
  })

  it('see themselves only', async () => {
    await api.organization('other')
    expect((await acme.call('GET', '/api/v1/orgs/')).body.data).toMatchObject([{ slug: 'acme' }])
    expect((await acme.call('GET', '/api/v1/orgs/acme/')).status).toBe(200)
    expect((await acme.call('GET', '/api/v1/orgs/other/')).status).toBe(404)
  })
})

describe('API keys', () => {
  it('are shown once, listed without themselves, and revoked at once', async () => {
    const { status, body } = await acme.call('POST', '/api/v1/keys', { name: 'ci', scopes: ['read', 'read'] })
    expect([status, body.scopes]).toEqual([201, ['read']])
    const use = () => api.app.inject({ url: '/api/v1/projects', headers: { 'x-api-key': body.key } })
    expect((await use()).statusCode).toBe(200)
    expect((await acme.call('GET', '/api/v1/keys')).text).not.toContain(body.key)
    expect((await acme.call('DELETE', `/api/v1/keys/${body.id}`)).status).toBe(204)
    expect((await use()).statusCode).toBe(401)
    expect((await acme.call('DELETE', `/api/v1/keys/${body.id}`)).status).toBe(404)
  })

  it.each([
    [{ scopes: ['operator'] }, 'scopes[0]'],
    [{ scopes: [] }, 'scopes'],
    [{ expires_at: '2020-01-01T00:00:00Z' }, 'expires_at'],
    [{ expires_at: 'never' }, 'expires_at'],
    [{ name: 'a\nb' }, 'name'],
  ])('are refused with %j', async (fields, field) => {
    const answer = await acme.call('POST', '/api/v1/keys', { name: 'ci', scopes: ['read'], ...fields })
    expect(refusalOf(answer)).toEqual([422, 'invalid_request', field])
    expect((await acme.call('GET', '/api/v1/keys')).body.data).toHaveLength(1)
  })
})

describe('events and deliveries', () => {
  it('are listed with filters and read one by one', async () => {
    await acme.call('POST', '/api/v1/workflows', { slug: 'one', name: 'One', steps: STEPS })
    const { body: webhook } = await acme.call('POST', '/api/v1/webhooks', {
      url: 'https://example.com/',
      events: ['run.completed'],
      enabled: false,
    })
    const { body: run } = await acme.call('POST', '/api/v1/orgs/acme/workflows/one/results', {
      result: 'PASS',
    })

    const events = (await acme.call('GET', '/api/v1/events?type=run.completed')).body.data
    expect(events).toMatchObject([{ type: 'run.completed', run_id: run.id, workflow_id: 1 }])
    const { body: event } = await acme.call('GET', `/api/v1/events/${events[0].id}`)
    expect(event.body).toMatchObject({ event: 'run.completed', run: { id: run.id } })
    expect(run.events).toContain(event.id)

    const deliveries = async (query: string) =>
      (await acme.call('GET', `/api/v1/deliveries?${query}`)).body.data
    const [delivery] = await deliveries(`webhook_id=${webhook.id}&event_id=${event.id}&state=held`)
    expect(delivery).toMatchObject({ event_type: 'run.completed', state: 'held', attempt_count: 0 })
    expect(await deliveries('state=delivered')).toEqual([])
    expect(await deliveries('webhook_id=webhook_1')).toEqual([])
    expect((await acme.call('GET', `/api/v1/deliveries/${delivery.id}`)).body).toEqual({
      ...delivery,
      attempts: [],
    })
    expect((await acme.call('GET', '/api/v1/deliveries?state=gone')).status).toBe(422)
  })

  it('show each attempt with what was sent and what came back', async () => {
    const { body: webhook } = await acme.call('POST', '/api/v1/webhooks', {
      url: 'http://127.0.0.1:8080/',
      events: ['run.failed'],
    })
    const { body: test } = await acme.call('POST', `/api/v1/webhooks/${webhook.id}/test`)
    const { body: delivery } = await acme.call('GET', `/api/v1/deliveries/${test.delivery_id}`)
    expect(delivery.attempts).toMatchObject([
      { number: 1, kind: 'test', outcome: test.delivered ? 'delivered' : 'failed', request: test.request },
    ])
    expect(delivery.attempts[0].request.headers['webhook-signature']).toBe('v1,…')
  })
})

describe('lists that are at hand as a whole', () => {
  it.each(['/api/v1/event-types', '/api/v1/keys', '/api/v1/orgs'])('%s comes in pages too', async (url) => {
    const operator = await api.organization('acme', { scopes: ['admin', 'operator'] })
    await api.organization('other')
    await api.organization('third')
    const all = (await operator.call('GET', url)).body
    expect(all.data.length).toBeGreaterThan(1)
    expect(all.next_cursor).toBeNull()

    const seen: unknown[] = []
    let next: string | null = `${url}?limit=1`
    for (let pages = 0; next !== null && pages < 60; pages += 1) {
      const { status, body } = await operator.call('GET', next)
      expect([status, body.data.length]).toEqual([200, 1])
      seen.push(...body.data)
      next = body.next_cursor === null ? null : `${url}?limit=1&cursor=${body.next_cursor}`
    }
    const names = (rows: unknown[]) => rows.map((row) => Object.values(row as object)[0] as string)
    expect(names(seen)).toEqual(names(all.data))
    expect((await operator.call('GET', `${url}?cursor=abc`)).body.errors[0].field).toBe('cursor')
    expect((await operator.call('GET', `${url}?page=2`)).body.errors[0].field).toBe('page')
  })
})

describe('event types', () => {
  it('are the whole catalogue, with schema and example', async () => {
    const { data } = (await acme.call('GET', '/api/v1/event-types')).body
    expect(data.map((line: { type: string }) => line.type)).toContain('validation.failed')
    for (const line of data) {
      expect(line).toMatchObject({ built_in: true, example: expect.any(Object), schema: expect.any(Object) })
    }
  })
})
