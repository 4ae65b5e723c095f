import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Carrier } from '../../src/carriers/carrier.ts'
import { CARRIER_NAMES, CARRIERS, CHANNEL_CARRIERS } from '../../src/carriers/index.ts'
import { isChannel } from '../../src/core/webhook.ts'
import { createApiClient, type ApiClient } from '../support/api-client.ts'
import { eventually } from '../support/eventually.ts'
import { startMailServer, type MailServer } from '../support/mail-server.ts'
import { startReceiver, type Receiver } from '../support/receiver.ts'
import { makeDataDir, makeKey, startServer, type ServerProcess } from '../support/server-process.ts'

/**
 * Every carrier of the table, from its creation to its removal, at a server as it ships. Nothing here knows one of them: a
 * new one is tried by being in the table.
 */
const dataDir = makeDataDir()
let mailbox: MailServer
let receiver: Receiver
let server: ServerProcess
/** With a key that may write, and with one that only reads. */
let owner: ApiClient
let reader: ApiClient

/** Quotes what it was asked for, as many servers do, and refuses everything while told to. */
let refuses = false

beforeAll(async () => {
  mailbox = await startMailServer({ refuseMessage: () => (refuses ? 451 : null) })
  receiver = await startReceiver(({ path }) => ({
    status: refuses ? 302 : 200,
    headers: { location: `https://elsewhere.example.com${path}`, 'x-asked-for': path },
    body: `You asked for ${path} (${path.replaceAll('/', '\\/')})`,
  }))
  const environment = { SEALPOST_SMTP_URL: `smtp://127.0.0.1:${mailbox.port}?tls=off` }
  const flags = ['--smtp-from', 'alerts@example.com', '--log-level', 'debug']
  server = await startServer(dataDir.path, flags, { environment })
  owner = createApiClient(server.url, await makeKey(dataDir.path))
  reader = createApiClient(server.url, await makeKey(dataDir.path, [], 'read'))
  await owner.post('/api/v1/event-types', { type: 'order.paid' })
})

afterAll(async () => {
  await server.end('SIGTERM')
  await Promise.all([mailbox.close(), receiver.close()])
  dataDir.remove()
})

/** A target as the carrier's example has it, but here, and with a credential in each URL. */
function targetHere(carrier: Carrier, secret: string): Record<string, unknown> {
  const here = (value: unknown): unknown =>
    typeof value === 'string' && URL.canParse(value)
      ? `${receiver.url}/hooks/${secret}?token=${secret}q`
      : value
  return Object.fromEntries(
    Object.entries(carrier.target.example).map(([field, value]) => [field, here(value)]),
  )
}

interface Subscription {
  id: string
}
interface Delivery {
  id: string
  state: string
  event_type: string
  attempt_count: number
}

describe.each<Carrier>(CARRIERS)('the carrier $name', (carrier) => {
  const { name, target } = carrier
  const ofChannel = isChannel({ carrier: name })
  const path = ofChannel ? '/api/v1/channels' : '/api/v1/webhooks'
  const secret = `S3cretOf7he${name}Target0123456789`
  const textOf = async (client: ApiClient, from: string): Promise<string> =>
    JSON.stringify(await client.get(from))
  /** What nobody who asks may see: of a sealed target not even its owner. */
  async function expectHidden(...paths: string[]): Promise<void> {
    for (const from of paths) {
      expect([from, await textOf(reader, from)]).toEqual([from, expect.not.stringContaining(secret)])
      if (target.sealed !== null) expect(await textOf(owner, from)).not.toContain(secret)
    }
  }

  it('is made, shown, tested, sent, sent again and deleted, and its credentials stay hidden', async () => {
    const given = targetHere(carrier, secret)
    const events = ['order.paid']
    const fields = ofChannel
      ? { carrier: name, name: 'On call', ...given, events }
      : { ...given, events, retry_schedule: [3600] }
    const made = await owner.post<Subscription>(path, fields)
    const { id } = made
    const shown = target.show({ url: target.urlOf(given) })
    expect(made).toMatchObject({ ...(ofChannel && { carrier: name }), ...shown, status: 'active' })
    if (target.sealed !== null) expect(JSON.stringify(made)).not.toContain(secret)
    expect(await owner.get(`${path}/${id}`)).toMatchObject(shown)
    await expectHidden(path, `${path}/${id}`)

    // A test, which arrives.
    refuses = false
    const test = await owner.post<Record<string, unknown>>(`/api/v1/webhooks/${id}/test`, {})
    expect(test).toMatchObject({ delivered: true, error: null })
    if (target.sealed !== null) expect(JSON.stringify(test)).not.toContain(secret)
    await expectHidden(`/api/v1/deliveries/${String(test['delivery_id'])}`)

    // An event, refused with every word of the request quoted, and then sent again.
    refuses = true
    await owner.post('/api/v1/events', { type: 'order.paid', data: {} })
    const sent = await eventually(
      async () => {
        const { data } = await owner.get<{ data: Delivery[] }>(`/api/v1/webhooks/${id}/deliveries`)
        return data.find(({ event_type: type }) => type === 'order.paid')
      },
      (row) => row?.attempt_count === 1,
    )
    const delivery = sent?.id ?? ''
    const trace = [`/api/v1/deliveries/${delivery}`, `/api/v1/webhooks/${id}/deliveries`]
    expect(await owner.get(`/api/v1/deliveries/${delivery}`)).toMatchObject({ state: 'pending' })
    await expectHidden(...trace, `${path}/${id}`, path)
    refuses = false
    await owner.call('POST', `/api/v1/deliveries/${delivery}/resend`)
    await eventually(
      () => owner.get<Delivery>(`/api/v1/deliveries/${delivery}`),
      ({ state }) => state === 'delivered',
    )
    await expectHidden(...trace)

    // A changed target is checked and shown like the first one, and deleting leaves the log as hidden as it was.
    const other = targetHere(carrier, `${secret}2`)
    if (Object.keys(other).length > 0) {
      const changed = await owner.call('PATCH', `${path}/${id}`, other)
      expect([changed.status, changed.body]).toMatchObject([200, target.show({ url: target.urlOf(other) })])
    }
    await expectHidden(`${path}/${id}`)
    expect((await owner.call('DELETE', `${path}/${id}`)).status).toBe(204)
    expect((await owner.call('GET', `${path}/${id}`)).status).toBe(404)
    await expectHidden(`/api/v1/deliveries/${delivery}`, path)

    // The log has nothing of it, and what is sealed is on no disk.
    expect(server.output()).toContain(delivery)
    expect(server.output()).not.toContain(secret)
    const files = target.sealed === null ? [] : readdirSync(dataDir.path)
    for (const file of files) {
      expect([file, readFileSync(join(dataDir.path, file)).includes(secret)]).toEqual([file, false])
    }
  })

  it('is in the API’s description, and an alert rule can tell it', async () => {
    const { paths, components } = await owner.get<{
      paths: Record<string, Record<string, unknown>>
      components: { schemas: Record<string, unknown> }
    }>('/openapi.json')
    const form = ofChannel ? components.schemas['NewChannel'] : components.schemas['NewWebhook']
    for (const field of Object.keys(target.fields)) expect(JSON.stringify(form)).toContain(`"${field}"`)
    if (!ofChannel) return
    for (const schema of [form, components.schemas['Channel'], components.schemas['NewAlertRule']]) {
      expect(JSON.stringify(schema)).toContain(`"${name}"`)
    }
    expect(JSON.stringify(paths['/api/v1/channels'])).toContain(carrier.phrase)
    expect(JSON.stringify(form)).toContain(JSON.stringify(carrier.description))
  })
})

describe('a carrier that is not known', () => {
  it.each(['teletype', 'Slack', 'webhook', '', '__proto__', 7, null])('is refused: %o', async (carrier) => {
    const names = CHANNEL_CARRIERS.map(({ name }) => name).join(', ')
    const refused = await owner.call('POST', '/api/v1/channels', { carrier, name: 'x', url: receiver.url })
    expect([refused.status, refused.body]).toMatchObject([
      422,
      { code: 'invalid_request', errors: [{ field: 'carrier', message: `Must be one of ${names}.` }] },
    ])
    const rule = await owner.call('POST', '/api/v1/alert-rules', {
      name: 'x',
      condition: { rule_type: 'errors' },
      actions: { notify_via: [carrier === 'webhook' ? 'webhooks' : carrier] },
    })
    expect([rule.status, rule.body]).toMatchObject([
      422,
      {
        errors: [{ field: 'actions.notify_via[0]', message: `Must be one of ${CARRIER_NAMES.join(', ')}.` }],
      },
    ])
  })
})
