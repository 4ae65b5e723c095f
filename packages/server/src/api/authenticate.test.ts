import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createTestApi, type TestApi, type TestCaller } from '../../test/support/test-api.ts'
import { LIMITS } from '../core/limits.ts'
import { generateKey, hashKey } from '../identity/api-key.ts'
import { systemRandom } from '../core/random.ts'

let api: TestApi
let acme: TestCaller

beforeEach(async () => {
  api = await createTestApi()
  acme = await api.organization('acme')
})
afterEach(() => api.close())

const withHeaders = (headers: Record<string, string>) =>
  api.app.inject({ method: 'GET', url: '/api/v1/webhooks', headers })

describe('an API key', () => {
  it('comes in either header', async () => {
    expect((await withHeaders({ 'x-api-key': acme.key })).statusCode).toBe(200)
    expect((await withHeaders({ authorization: `Bearer ${acme.key}` })).statusCode).toBe(200)
    expect((await withHeaders({ authorization: `bearer ${acme.key}` })).statusCode).toBe(200)
  })

  it('may come in both headers, but not another one in each', async () => {
    const other = await api.organization('other')
    const both = (bearer: string) => withHeaders({ 'x-api-key': acme.key, authorization: `Bearer ${bearer}` })
    expect((await both(acme.key)).statusCode).toBe(200)
    const answer = await both(other.key)
    expect([answer.statusCode, answer.json().code]).toEqual([401, 'unauthorized'])
    expect(answer.json().detail).toContain('two different API keys')
    const basic = await withHeaders({ 'x-api-key': acme.key, authorization: 'Basic eDp5' })
    expect(basic.statusCode).toBe(200)
  })

  it('is asked for with a challenge when there is none', async () => {
    const answer = await withHeaders({})
    expect(answer.statusCode).toBe(401)
    expect(answer.headers['www-authenticate']).toBe('Bearer realm="sealpost"')
    expect(answer.json()).toMatchObject({
      code: 'unauthorized',
      detail: expect.stringContaining('X-API-Key'),
    })
  })

  it.each([
    ['a stranger’s', () => generateKey(systemRandom), 'does not know the API key'],
    ['mistyped', () => `${acme.key.slice(0, -1)}${acme.key.endsWith('0') ? '1' : '0'}`, 'checksum'],
    ['something else', () => 'hunter2', 'checksum'],
  ])('is refused when it is %s', async (_what, key, words) => {
    const answer = await withHeaders({ 'x-api-key': key() })
    expect(answer.statusCode).toBe(401)
    expect(answer.headers['www-authenticate']).toBe('Bearer realm="sealpost", error="invalid_token"')
    expect(answer.json().detail).toContain(words)
  })

  it('is refused from the moment it expires', async () => {
    const expiresAt = api.clock.now() + 60_000
    const brief = await api.organization('brief', { expiresAt })
    expect((await brief.call('GET', '/api/v1/webhooks')).status).toBe(200)
    api.clock.shiftMs = 60_001
    const answer = await brief.call('GET', '/api/v1/webhooks')
    expect([answer.status, answer.body.detail]).toEqual([401, 'The API key has expired.'])
  })

  it('is refused from the moment it is revoked', async () => {
    const other = await api.organization('acme')
    const { body } = await acme.call('GET', '/api/v1/keys')
    const row = await api.store.keys.byHash(hashKey(other.key))
    expect(body.data).toContainEqual(expect.objectContaining({ id: row?.key.id }))
    expect((await acme.call('DELETE', `/api/v1/keys/${row?.key.id ?? ''}`)).status).toBe(204)
    const answer = await other.call('GET', '/api/v1/webhooks')
    expect([answer.status, answer.body.detail]).toEqual([401, 'The API key was revoked.'])
  })

  it('is asked for before the body is looked at', async () => {
    const answer = await api.app.inject({
      method: 'POST',
      url: '/api/v1/webhooks',
      payload: 'x'.repeat(2_000_000),
    })
    expect(answer.statusCode).toBe(401)
  })

  it('has its last use written at most once a minute', async () => {
    const lastUsedAt = async () => (await api.store.keys.byHash(hashKey(acme.key)))?.key.lastUsedAt ?? null
    expect(await lastUsedAt()).toBeNull()
    await acme.call('GET', '/api/v1/webhooks')
    const first = await lastUsedAt()
    expect(first).not.toBeNull()
    api.clock.shiftMs += LIMITS.keyTouchMs - 5_000
    await acme.call('GET', '/api/v1/webhooks')
    expect(await lastUsedAt()).toBe(first)
    api.clock.shiftMs += 6_000
    await acme.call('GET', '/api/v1/webhooks')
    expect(await lastUsedAt()).toBeGreaterThan(first ?? 0)
  })
})

describe('a scope', () => {
  it.each([
    ['read', 'GET', '/api/v1/webhooks', 200],
    ['read', 'POST', '/api/v1/projects', 403],
    ['write', 'POST', '/api/v1/projects', 201],
    ['write', 'GET', '/api/v1/keys', 403],
    ['admin', 'GET', '/api/v1/keys', 200],
    ['admin', 'POST', '/api/v1/orgs', 403],
    ['operator', 'GET', '/api/v1/webhooks', 403],
    ['operator', 'GET', '/api/v1/orgs', 200],
  ] as const)('%s lets %s %s answer %i', async (scope, method, url, status) => {
    const caller = await api.organization('scoped', { scopes: [scope] })
    const answer = await caller.call(method, url, method === 'POST' ? { name: 'x' } : undefined)
    expect(answer.status).toBe(status)
    if (status === 403) expect(answer.body).toMatchObject({ code: 'insufficient_scope' })
  })
})

describe('a tier', () => {
  it('without webhooks and API keys says so', async () => {
    const free = await api.organization('freebie', { tier: 'free' })
    for (const url of ['/api/v1/webhooks', '/api/v1/webhooks/webhook_1', '/api/v1/keys']) {
      expect(await free.call('GET', url)).toMatchObject({ status: 403, body: { code: 'tier_required' } })
    }
    expect((await free.call('GET', '/api/v1/workflows')).status).toBe(200)
  })
})
