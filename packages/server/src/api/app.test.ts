import { gzipSync } from 'node:zlib'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createTestApi, type TestApi, type TestCaller } from '../../test/support/test-api.ts'

let api: TestApi
let acme: TestCaller

beforeEach(async () => {
  api = await createTestApi()
  acme = await api.organization('acme')
})
afterEach(() => api.close())

const PROBLEM_KEYS = ['type', 'title', 'status', 'detail', 'code', 'errors', 'request_id']

describe('a refusal', () => {
  it('is a problem document with everything in it', async () => {
    const answer = await acme.call('GET', '/api/v1/webhooks/webhook_1')
    expect(answer.headers['content-type']).toBe('application/problem+json; charset=utf-8')
    expect(Object.keys(answer.body)).toEqual(PROBLEM_KEYS)
    expect(answer.body).toMatchObject({
      type: 'https://sealpost.example.com/docs/errors#not_found',
      status: 404,
      code: 'not_found',
      errors: [],
      request_id: answer.headers['x-request-id'],
    })
  })

  it.each([
    ['an unknown path', 'GET', '/api/v1/nothing', 404, 'unknown_route'],
    ['a path that is no UTF-8', 'GET', '/api/v1/webhooks/%ff', 404, 'not_found'],
    ['an id of any length', 'GET', `/api/v1/webhooks/${'x'.repeat(5_000)}`, 404, 'not_found'],
    ['an unknown query field', 'GET', '/api/v1/webhooks?page=2', 422, 'invalid_request'],
    ['a limit of zero', 'GET', '/api/v1/webhooks?limit=0', 422, 'invalid_request'],
    ['a limit over the bound', 'GET', '/api/v1/webhooks?limit=201', 422, 'invalid_request'],
    ['a limit in words', 'GET', '/api/v1/webhooks?limit=many', 422, 'invalid_request'],
    ['a cursor from nowhere', 'GET', '/api/v1/webhooks?cursor=abc', 422, 'invalid_request'],
  ])('of %s', async (_what, method, url, status, code) => {
    const answer = await acme.call(method, url)
    expect([answer.status, answer.body.code]).toEqual([status, code])
    expect(Object.keys(answer.body)).toEqual(PROBLEM_KEYS)
  })

  it('of a body that is no JSON, too large, missing, or of another type names what to mend', async () => {
    const refused = async (body: unknown, headers?: Record<string, string>) => {
      const answer = await acme.call('POST', '/api/v1/projects', body, headers)
      return [answer.status, answer.body.code, answer.body.errors[0]?.field]
    }
    expect(await refused('{"name":')).toEqual([400, 'malformed_json', 'body'])
    expect(await refused(`"${'x'.repeat(1024 * 1024)}"`)).toEqual([413, 'request_too_large', 'body'])
    expect(await refused('')).toEqual([422, 'invalid_request', 'body'])
    expect(await refused(undefined)).toEqual([422, 'invalid_request', 'body'])
    expect(await refused('name=x', { 'content-type': 'application/x-www-form-urlencoded' })).toEqual([
      415,
      'unsupported_media_type',
      'Content-Type',
    ])
    expect(await refused(gzipSync('{"name":"x"}'), { 'content-encoding': 'gzip' })).toEqual([
      415,
      'unsupported_media_type',
      'Content-Encoding',
    ])
    expect((await acme.call('GET', '/api/v1/projects')).body.data).toHaveLength(1)
  })

  it('of a method names those that are offered', async () => {
    const answer = await acme.call('PUT', '/api/v1/webhooks/webhook_1', {})
    expect([answer.status, answer.body.code, answer.headers.allow]).toEqual([
      405,
      'method_not_allowed',
      'GET, HEAD, PATCH, DELETE',
    ])
    expect((await acme.call('DELETE', '/healthz')).headers.allow).toBe('GET, HEAD')
  })

  it.each(['TRACE', 'PROPFIND', 'QUERY', 'M-SEARCH', 'LOCK'])(
    'of the method %s is one of these',
    async (method) => {
      const answer = await acme.call(method, '/api/v1/webhooks')
      expect([answer.status, answer.body.code, answer.headers.allow]).toEqual([
        405,
        'method_not_allowed',
        'POST, GET, HEAD',
      ])
      expect((await acme.call(method, '/api/v1/nothing', {})).status).toBe(404)
      expect((await acme.call(method, '/api/v1/nothing')).status).toBe(404)
    },
  )

  it.each(['/docs', '/docs/', '/docs/errors', '/docs/json', '/openapi.json', '/orgs/acme/runs/1/'])(
    'of a method on the page %s too',
    async (url) => {
      const answer = await acme.call('POST', url, {})
      expect([answer.status, answer.body.code, answer.headers.allow]).toEqual([
        405,
        'method_not_allowed',
        'GET, HEAD',
      ])
      expect((await acme.call('HEAD', url)).status).not.toBe(405)
    },
  )

  it('of what the framework itself refuses is the client’s, with a request id', async () => {
    const path = await acme.call('GET', '/api/v1/webhooks/%zz')
    expect([path.status, path.body.request_id]).toEqual([404, path.headers['x-request-id']])
    expect(path.headers['x-request-id']).toMatch(/^[0-9a-f-]{36}$/)
    expect(api.log).toEqual([])
  })

  it('of a fault in the server tells nothing, and logs everything under the request id', async () => {
    const broken = await createTestApi({
      wrapStore: (store) => ({
        ...store,
        webhooks: {
          ...store.webhooks,
          list: () => Promise.reject(new Error('disk /dev/secret0 is on fire')),
        },
      }),
    })
    const caller = await broken.organization('acme')
    const answer = await caller.call('GET', '/api/v1/webhooks')
    expect([answer.status, answer.body.code]).toEqual([500, 'internal_error'])
    expect(answer.text).not.toContain('fire')
    const line = broken.log.find((entry) => entry.includes('on fire'))
    expect(line).toContain(answer.body.request_id)
    await broken.close()
  })

  it('of too many requests counts each key for itself', async () => {
    const strict = await createTestApi({ rateLimitPerMinute: 2 })
    const one = await strict.organization('one')
    const two = await strict.organization('two')
    const statuses = [1, 2, 3].map(() => one.call('GET', '/api/v1/projects'))
    const last = (await Promise.all(statuses)).find(({ status }) => status === 429)
    expect(last?.body).toMatchObject({
      code: 'rate_limited',
      detail: expect.stringContaining('More than 2 requests'),
    })
    expect(Number(last?.headers['retry-after'])).toBeGreaterThan(0)
    expect((await two.call('GET', '/api/v1/projects')).status).toBe(200)
    expect((await one.call('GET', '/healthz')).status).toBe(200)
    await strict.close()
  })
})

describe('the server', () => {
  it('takes a path with a slash at its end or without', async () => {
    expect((await acme.call('GET', '/api/v1/orgs/')).status).toBe(200)
    expect((await acme.call('GET', '/api/v1/orgs')).status).toBe(200)
    expect((await acme.call('GET', '/api/v1/webhooks/')).status).toBe(200)
  })

  it('sets safe headers and lets nobody keep an answer', async () => {
    const { headers } = await acme.call('GET', '/api/v1/webhooks')
    expect(headers).toMatchObject({
      'content-security-policy':
        "default-src 'none';base-uri 'none';form-action 'none';frame-ancestors 'none'",
      'x-content-type-options': 'nosniff',
      'cache-control': 'no-store',
    })
    for (const path of ['/nothing/here', '/api/v1/webhooks/%zz', '/api/v1/webhooks/%ff']) {
      const refused = await acme.call('GET', path)
      expect(refused.headers).toMatchObject({ 'x-content-type-options': 'nosniff' })
      expect(refused.headers['x-request-id']).toBe((refused.body as { request_id: string }).request_id)
    }
  })

  it('logs no line for a request that went well', async () => {
    await acme.call('GET', '/api/v1/webhooks')
    await acme.call('GET', '/api/v1/webhooks/webhook_1')
    expect(api.log).toEqual([])
  })
})

describe('/healthz and /readyz', () => {
  it('answer without a key', async () => {
    const get = async (url: string) => (await api.app.inject({ method: 'GET', url })).json()
    expect(await get('/healthz')).toEqual({ status: 'ok' })
    expect(await get('/readyz')).toEqual({ status: 'ready', warnings: [] })
  })

  it('pass over a query string, which some balancers add', async () => {
    for (const url of ['/healthz?t=1', '/readyz?probe&t=1&t=2']) {
      expect((await api.app.inject({ method: 'GET', url })).statusCode).toBe(200)
    }
  })

  it('tell a stopping server from a dead one', async () => {
    api.state.draining = true
    const ready = await acme.call('GET', '/readyz')
    expect([ready.status, ready.body.code]).toEqual([503, 'shutting_down'])
    expect((await acme.call('GET', '/healthz')).status).toBe(200)
  })

  it('tell when the store is out of reach', async () => {
    const broken = await createTestApi({
      wrapStore: (store) => ({ ...store, check: () => Promise.reject(new Error('no such file')) }),
    })
    const answer = await broken.app.inject({ method: 'GET', url: '/readyz' })
    expect([answer.statusCode, answer.json().code]).toEqual([503, 'store_unavailable'])
    expect(answer.payload).not.toContain('no such file')
    await broken.close()
  })
})
