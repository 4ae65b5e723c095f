import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createTestApi, type TestApi } from '../../../../test/support/test-api.ts'

let api: TestApi
beforeAll(async () => {
  api = await createTestApi()
})
afterAll(() => api.close())

const WITH_KEY = { 'idempotency-key': 'one-of-a-kind' }

describe('an API key made with an Idempotency-Key', () => {
  it('is made once, and a repeated request is answered with the same key', async () => {
    const acme = await api.organization('acme')
    const wanted = { name: 'ci', scopes: ['write'] }
    const asked = Array.from({ length: 5 }, () => acme.call('POST', '/api/v1/keys', wanted, WITH_KEY))
    const answers = await Promise.all(asked)
    expect(answers.map(({ status }) => status)).toEqual([201, 201, 201, 201, 201])
    expect(new Set(answers.map(({ body }) => body.key)).size).toBe(1)
    expect(answers.filter(({ headers }) => headers['idempotent-replayed'] === 'true')).toHaveLength(4)
    const { body } = await acme.call('GET', '/api/v1/keys')
    expect(body.data.filter(({ name }: { name: string }) => name === 'ci')).toHaveLength(1)
    const used = await api.app.inject({
      url: '/api/v1/webhooks',
      headers: { 'x-api-key': answers[3]!.body.key },
    })
    expect(used.statusCode).toBe(200)
  })

  it('is not made for another request with the same Idempotency-Key', async () => {
    const globex = await api.organization('globex')
    await globex.call('POST', '/api/v1/keys', { name: 'one', scopes: ['read'] }, WITH_KEY)
    const other = await globex.call('POST', '/api/v1/keys', { name: 'two', scopes: ['read'] }, WITH_KEY)
    expect([other.status, other.body.code]).toEqual([409, 'idempotency_conflict'])
  })

  it('cannot outlive ten years', async () => {
    const initech = await api.organization('initech')
    const wanted = { name: 'old', scopes: ['read'], expires_at: '9999-12-31T23:59:59Z' }
    const refused = await initech.call('POST', '/api/v1/keys', wanted)
    expect([refused.status, refused.body.errors[0].field]).toEqual([422, 'expires_at'])
  })
})

describe('an organization made with an Idempotency-Key', () => {
  it('is made once, and a repeated request is answered with the same first key', async () => {
    const root = await api.organization('root', { scopes: ['operator'] })
    const wanted = { slug: 'umbrella', name: 'Umbrella' }
    const first = await root.call('POST', '/api/v1/orgs', wanted, WITH_KEY)
    const again = await root.call('POST', '/api/v1/orgs', wanted, WITH_KEY)
    expect([first.status, again.status]).toEqual([201, 201])
    expect(again.body).toEqual(first.body)
    expect(again.headers['idempotent-replayed']).toBe('true')
    const other = await root.call('POST', '/api/v1/orgs', { ...wanted, name: 'Other' }, WITH_KEY)
    expect([other.status, other.body.code]).toEqual([409, 'idempotency_conflict'])
    const taken = await root.call('POST', '/api/v1/orgs', wanted)
    expect([taken.status, taken.body.code]).toEqual([409, 'already_exists'])
  })
})
