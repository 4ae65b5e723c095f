import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { verify } from '@sealpost/receiver'
import { STANDARD_NAMES } from '../../src/sign/schemes.ts'
import { createApiClient, type ApiClient } from '../support/api-client.ts'
import { eventually } from '../support/eventually.ts'
import { startReceiver, type Receiver } from '../support/receiver.ts'
import { makeDataDir, makeKey, sealpost, startServer, type ServerProcess } from '../support/server-process.ts'

/** Names that a request or a row may have and this version of the server does not know: those of a later one, say. */
const dataDir = makeDataDir()
let receiver: Receiver
let server: ServerProcess
let api: ApiClient
let key: string

interface Row {
  id: string
  signatures: string[]
}
interface Deliveries {
  data: { id: string; state: string; attempt_count: number; last_error: string | null }[]
}

beforeAll(async () => {
  receiver = await startReceiver()
  server = await startServer(dataDir.path)
  key = await makeKey(dataDir.path)
  api = createApiClient(server.url, key)
  await api.post('/api/v1/event-types', { type: 'order.paid' })
})

afterAll(async () => {
  await server.end('SIGTERM')
  await receiver.close()
  dataDir.remove()
})

/** Changes the webhook's row while no server runs, as a later version would have written it. */
async function rewrite(
  id: string,
  column: 'carrier' | 'signatures' | 'signing_key',
  value: string | null,
): Promise<void> {
  await server.end('SIGTERM')
  const database = new DatabaseSync(join(dataDir.path, 'sealpost.db'))
  const { changes } = database
    .prepare(`UPDATE webhooks SET ${column} = ? WHERE id = ?`)
    .run(value, Buffer.from(id.slice('webhook_'.length), 'hex'))
  database.close()
  expect(changes).toBe(1)
  server = await startServer(dataDir.path)
  api = createApiClient(server.url, key)
}

const webhookFields = (fields: object = {}) => ({ url: receiver.url, events: ['order.paid'], ...fields })
const arrivedAt = (path: string) => receiver.received.filter((request) => request.path === path)
const attempted = (id: string, wanted: (row: Deliveries['data'][number]) => boolean) =>
  eventually(
    () => api.get<Deliveries>(`/api/v1/webhooks/${id}/deliveries`),
    ({ data: [row] }) => row !== undefined && wanted(row),
  ).then(({ data: [row] }) => row!)

describe.each(STANDARD_NAMES)('the signature scheme %s', (name) => {
  it('signs what its receiver verifies, alone and beside all others', async () => {
    for (const signatures of [[name], STANDARD_NAMES]) {
      const path = `/${name}-of-${signatures.length}`
      const made = await api.post<Row & { secret: string; public_key: string | null }>(
        '/api/v1/webhooks',
        webhookFields({ url: receiver.url + path, signatures }),
      )
      expect(await api.post(`/api/v1/webhooks/${made.id}/test`, {})).toMatchObject({ delivered: true })
      const [request] = arrivedAt(path)
      const keys = { secret: made.secret, publicKey: made.public_key ?? undefined }
      expect(verify(request!, { ...keys, schemes: [name] })).toMatchObject({ ok: true, scheme: name })
      expect(String(request?.headers['webhook-signature']).split(' ')).toHaveLength(signatures.length)
      await api.call('DELETE', `/api/v1/webhooks/${made.id}`)
    }
  })
})

describe('a signature scheme that is not known', () => {
  it.each([[['v0']], [['V1']], [['v1', 'v9']], [['']], [['__proto__']], [['validibot']]])(
    'is refused in a request: %o',
    async (signatures) => {
      const field = `signatures[${signatures.length - 1}]`
      const message = `Must be one of ${STANDARD_NAMES.join(', ')}.`
      const refusal = { code: 'invalid_request', errors: [{ field, message }] }
      const created = await api.call('POST', '/api/v1/webhooks', webhookFields({ signatures }))
      expect([created.status, created.body]).toMatchObject([422, refusal])
      const { id } = await api.post<Row>('/api/v1/webhooks', webhookFields({ enabled: false }))
      const changed = await api.call('PATCH', `/api/v1/webhooks/${id}`, { signatures })
      expect([changed.status, changed.body]).toMatchObject([422, refusal])
      expect((await api.get<Row>(`/api/v1/webhooks/${id}`)).signatures).toEqual(['v1'])
      await api.call('DELETE', `/api/v1/webhooks/${id}`)
    },
  )

  it('is not signed by when it is stored: nothing is sent, and everybody is told', async () => {
    const { id } = await api.post<Row>('/api/v1/webhooks', webhookFields({ url: `${receiver.url}/stored` }))
    await rewrite(id, 'signatures', '["v1","v0"]')
    expect((await api.get<Row>(`/api/v1/webhooks/${id}`)).signatures).toEqual(['v1', 'v0'])
    expect(await api.get('/api/v1/webhooks')).toMatchObject({
      data: expect.arrayContaining([expect.objectContaining({ id })]) as unknown,
    })
    await api.post('/api/v1/events', { type: 'order.paid', data: {} })

    const row = await attempted(id, ({ attempt_count: count }) => count > 0)
    expect(row).toMatchObject({
      state: 'pending',
      last_error: expect.stringContaining('the signature scheme v0, which this version') as string,
    })
    expect(await api.get(`/api/v1/deliveries/${row.id}`)).toMatchObject({
      attempts: [{ sends: 0, error: { code: 'not_sent' }, request: { headers: {} } }],
    })
    expect(await api.get(`/api/v1/webhooks/${id}`)).toMatchObject({ failure_count: 0, health: 'healthy' })
    const test = await api.post<object>(`/api/v1/webhooks/${id}/test`, {})
    expect(test).toMatchObject({ delivered: false, error: { code: 'not_sent' } })
    expect(server.output()).toMatch(/"level":"error".*scheme v0/)
    expect(await api.get('/readyz')).toMatchObject({ warnings: [{ code: 'not_prepared' }] })
    const { stdout } = await sealpost(['doctor', '--data-dir', dataDir.path])
    expect(stdout).toContain(`! Webhook ${id} asks for the signature schemes ["v1","v0"]`)
    expect(arrivedAt('/stored')).toEqual([])

    // Its owner puts it right, and what waited is sent.
    await api.call('PATCH', `/api/v1/webhooks/${id}`, { signatures: ['v1'] })
    await api.call('POST', `/api/v1/deliveries/${row.id}/resend`)
    await eventually(
      () => api.get<Deliveries['data'][number]>(`/api/v1/deliveries/${row.id}`),
      ({ state }) => state === 'delivered',
    )
    expect(arrivedAt('/stored')[0]?.headers['webhook-signature']).toMatch(/^v1,\S+$/)
    await api.call('DELETE', `/api/v1/webhooks/${id}`)
  })

  it('nor does a scheme sign whose key pair is gone', async () => {
    const { id } = await api.post<Row>(
      '/api/v1/webhooks',
      webhookFields({ url: `${receiver.url}/pair`, signatures: ['v1a'] }),
    )
    await rewrite(id, 'signing_key', null)
    expect(await api.post(`/api/v1/webhooks/${id}/test`, {})).toMatchObject({
      delivered: false,
      error: { code: 'not_sent', message: expect.stringContaining('v1a and has no key') as string },
    })
    await api.call('PATCH', `/api/v1/webhooks/${id}`, { signatures: ['v1a'] })
    expect(await api.post(`/api/v1/webhooks/${id}/test`, {})).toMatchObject({ delivered: true })
    expect(arrivedAt('/pair')).toHaveLength(1)
  })
})

describe('a carrier that is not known', () => {
  const fields = { carrier: 'slack', name: 'Ops', events: ['order.paid'] }

  it('carries nothing when it is stored: the channel is shown, and everybody is told', async () => {
    const url = `${receiver.url}/carrier`
    const { id } = await api.post<Row>('/api/v1/channels', { ...fields, url })
    await rewrite(id, 'carrier', 'teletype')
    const shown = await api.get<object>(`/api/v1/channels/${id}`)
    expect(shown).toMatchObject({ id, carrier: 'teletype', name: 'Ops', status: 'active' })
    // What another carrier would show of its target is not guessed at.
    expect(shown).not.toHaveProperty('url')
    expect(await api.get('/api/v1/channels')).toMatchObject({ data: [shown] })
    expect((await api.call('GET', `/api/v1/webhooks/${id}`)).status).toBe(404)

    await api.post('/api/v1/events', { type: 'order.paid', data: {} })
    const row = await attempted(id, ({ attempt_count: count }) => count > 0)
    expect(row).toMatchObject({
      state: 'pending',
      last_error: expect.stringContaining('carrier is teletype, which this version') as string,
    })
    expect(await api.post(`/api/v1/webhooks/${id}/test`, {})).toMatchObject({
      delivered: false,
      error: { code: 'not_sent' },
      request: { headers: {} },
    })
    expect(await api.get(`/api/v1/channels/${id}`)).toMatchObject({ failure_count: 0, health: 'healthy' })
    expect(server.output()).toMatch(/"level":"error".*carrier is teletype/)
    expect(await api.get('/readyz')).toMatchObject({ warnings: [{ code: 'not_prepared' }] })
    const { stdout } = await sealpost(['doctor', '--data-dir', dataDir.path])
    expect(stdout).toContain(`! Webhook ${id} asks for the carrier teletype`)

    // It can be renamed, stopped and deleted; its target is not this version's to change.
    const renamed = await api.call('PATCH', `/api/v1/channels/${id}`, { name: 'Old' })
    expect([renamed.status, renamed.body]).toMatchObject([200, { name: 'Old', carrier: 'teletype' }])
    const moved = await api.call('PATCH', `/api/v1/channels/${id}`, { url })
    expect([moved.status, moved.body]).toMatchObject([422, { errors: [{ field: 'url' }] }])
    expect((await api.call('POST', `/api/v1/webhooks/${id}/disable`)).status).toBe(200)
    expect((await api.call('DELETE', `/api/v1/channels/${id}`)).status).toBe(204)
    expect(arrivedAt('/carrier')).toEqual([])
  })
})
