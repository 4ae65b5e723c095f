import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { eventually } from '../../../../test/support/eventually.ts'
import { startMailServer, type MailServer } from '../../../../test/support/mail-server.ts'
import { startReceiver, type Receiver } from '../../../../test/support/receiver.ts'
import { createTestApi, type TestApi, type TestCaller } from '../../../../test/support/test-api.ts'

const CHANNELS = '/api/v1/channels'
const TOKEN = 'XXXXsecretXXXXtokenXXXX'

let mailbox: MailServer
let refuseMail: number | null
let slack: Receiver
let slackStatus: number
let api: TestApi
let acme: TestCaller

beforeEach(async () => {
  refuseMail = null
  slackStatus = 200
  mailbox = await startMailServer({ refuseMessage: () => refuseMail })
  slack = await startReceiver(() => slackStatus)
  api = await createTestApi({ mailPort: mailbox.port })
  acme = await api.organization('acme')
})
afterEach(async () => {
  await api.close()
  await slack.close()
  await mailbox.close()
})

const EMAIL = { carrier: 'email', name: 'On call', recipients: ['a@example.com', 'b@example.com'] }
const slackFields = () => ({ carrier: 'slack', name: 'Ops', url: `${slack.url}/services/T000/B000/${TOKEN}` })
const create = (fields: object = EMAIL, headers?: Record<string, string>) =>
  acme.call('POST', CHANNELS, fields, headers)

describe('a channel', () => {
  it('by e-mail is shown with its recipients, and hears how the webhooks fare', async () => {
    const { status, body } = await create({
      ...EMAIL,
      recipients: ['a@example.com', 'a@example.com', 'b%c@example.com'],
    })
    expect(status).toBe(201)
    expect(body).toEqual({
      id: expect.stringMatching(/^webhook_[0-9a-f]{32}$/),
      carrier: 'email',
      name: 'On call',
      recipients: ['a@example.com', 'b%c@example.com'],
      events: [
        'webhook.failing',
        'webhook.disabled',
        'webhook.recovered',
        'monitor.failing',
        'monitor.recovered',
      ],
      status: 'active',
      health: 'healthy',
      failure_count: 0,
      last_error: null,
      paused_until: null,
      held: 0,
      held_expired: { count: 0, last_at: null },
      created_at: expect.any(String),
    })
    expect((await acme.call('GET', `${CHANNELS}/${body.id}`)).body).toEqual(body)
    expect((await acme.call('GET', CHANNELS)).body.data).toEqual([body])
  })

  it('to Slack is shown without its URL', async () => {
    const { status, body, text } = await create(slackFields())
    expect(status).toBe(201)
    expect(body).toMatchObject({ carrier: 'slack', url: `${slack.url}/…` })
    expect(text).not.toContain(TOKEN)
    const row = await api.store.webhooks.byId(body.id)
    expect(JSON.stringify(row)).not.toContain(TOKEN)
  })

  it('is made once for one Idempotency-Key', async () => {
    const first = await create(EMAIL, { 'idempotency-key': 'k' })
    const second = await create(EMAIL, { 'idempotency-key': 'k' })
    expect(second.body).toEqual(first.body)
    expect(second.headers['idempotent-replayed']).toBe('true')
    expect((await create({ ...EMAIL, name: 'Other' }, { 'idempotency-key': 'k' })).status).toBe(409)
  })

  it.each([
    ['recipients', { ...EMAIL, recipients: [] }],
    ['recipients[1]', { ...EMAIL, recipients: ['a@example.com', 'b@example.com\r\nBcc: c@example.com'] }],
    [
      'recipients',
      { ...EMAIL, recipients: Array.from({ length: 21 }, (_, index) => `a${index}@example.com`) },
    ],
    ['name', { ...EMAIL, name: ' ' }],
    ['url', { ...EMAIL, url: 'https://example.com/' }],
    ['url', { carrier: 'slack', name: 'Ops', url: 'https://10.0.0.1/x' }],
    ['url', { carrier: 'slack', name: 'Ops' }],
    ['carrier', { carrier: 'sms', name: 'Ops' }],
    ['carrier', { kind: 'slack', name: 'Ops', url: 'https://example.com/' }],
    ['events[0]', { ...EMAIL, events: ['nothing.known'] }],
  ])('is refused for its %s', async (field, fields) => {
    const { status, body } = await create(fields)
    expect(status).toBe(422)
    expect(body.errors[0].field).toBe(field)
  })

  it('by e-mail needs a mail server', async () => {
    const bare = await createTestApi()
    const caller = await bare.organization('acme')
    const { status, body } = await caller.call('POST', CHANNELS, EMAIL)
    await bare.close()
    expect(status).toBe(422)
    expect(body.errors).toMatchObject([
      { field: 'carrier', message: expect.stringContaining('smtp_url and smtp_from') },
    ])
  })

  it.each([
    ['free', 403],
    ['pro', 201],
    ['agency', 201],
  ] as const)('on the tier %s answers %i', async (tier, status) => {
    const caller = await api.organization(`on-${tier}`, { tier })
    const made = await caller.call('POST', CHANNELS, EMAIL)
    expect(made.status).toBe(status)
    if (status !== 201) return
    const path = `/api/v1/webhooks/${made.body.id}`
    expect((await caller.call('POST', `${path}/pause`)).status).toBe(200)
    expect((await caller.call('GET', '/api/v1/webhooks')).status).toBe(403)
  })
})

describe('changing a channel', () => {
  it('keeps what is left out', async () => {
    const { body } = await create()
    const changed = await acme.call('PATCH', `${CHANNELS}/${body.id}`, { recipients: ['c@example.com'] })
    expect(changed.body).toEqual({ ...body, recipients: ['c@example.com'] })
    const named = await acme.call('PATCH', `${CHANNELS}/${body.id}`, { name: 'New', events: ['run.failed'] })
    expect(named.body).toMatchObject({ name: 'New', events: ['run.failed'], recipients: ['c@example.com'] })
  })

  it('cannot change what carries it', async () => {
    const { body } = await create()
    const url = 'https://example.com/x'
    expect((await acme.call('PATCH', `${CHANNELS}/${body.id}`, { url })).body.errors).toMatchObject([
      { field: 'url' },
    ])
    const { body: other } = await create(slackFields())
    const refused = await acme.call('PATCH', `${CHANNELS}/${other.id}`, { recipients: ['a@example.com'] })
    expect(refused.body.errors).toMatchObject([{ field: 'recipients' }])
  })

  it('to another Slack URL seals that one', async () => {
    const { body } = await create({ ...slackFields(), url: 'https://hooks.slack.com/services/old' })
    const changed = await acme.call('PATCH', `${CHANNELS}/${body.id}`, { url: slackFields().url })
    expect(changed.body.url).toBe(`${slack.url}/…`)
    await acme.call('POST', `/api/v1/webhooks/${body.id}/test`)
    expect(slack.received[0]?.path).toBe(`/services/T000/B000/${TOKEN}`)
  })

  it('deletes it', async () => {
    const { body } = await create()
    expect((await acme.call('DELETE', `${CHANNELS}/${body.id}`)).status).toBe(204)
    expect((await acme.call('GET', `${CHANNELS}/${body.id}`)).status).toBe(404)
    expect((await acme.call('DELETE', `${CHANNELS}/${body.id}`)).status).toBe(404)
  })
})

describe('webhooks and channels', () => {
  it('are not found at each other’s place', async () => {
    const { body: channel } = await create()
    const { body: webhook } = await acme.call('POST', '/api/v1/webhooks', {
      url: 'https://example.com/',
      events: ['run.failed'],
    })
    for (const method of ['GET', 'DELETE']) {
      expect((await acme.call(method, `/api/v1/webhooks/${channel.id}`)).status).toBe(404)
      expect((await acme.call(method, `${CHANNELS}/${webhook.id}`)).status).toBe(404)
    }
    expect((await acme.call('PATCH', `${CHANNELS}/${webhook.id}`, { name: 'x' })).status).toBe(404)
    expect((await acme.call('GET', '/api/v1/webhooks')).body.data).toHaveLength(1)
    expect((await acme.call('GET', CHANNELS)).body.data).toHaveLength(1)
  })

  it.each([
    ['GET', 'secret'],
    ['POST', 'rotate-secret'],
    ['POST', 'finish-rotation'],
    ['PATCH', ''],
  ])('differ in %s /webhooks/{id}/%s', async (method, action) => {
    const { body } = await create(slackFields())
    const path = `/api/v1/webhooks/${body.id}/${action}`.replace(/\/$/, '')
    const refused = await acme.call(method, path, method === 'PATCH' ? { description: 'x' } : undefined)
    expect(refused.status).toBe(409)
    expect(refused.body.code).toBe('not_for_channels')
    expect(refused.text).not.toContain(TOKEN)
  })

  it('are started and stopped alike', async () => {
    const { body } = await create()
    const path = `/api/v1/webhooks/${body.id}`
    expect((await acme.call('POST', `${path}/disable`)).body).toEqual({ ...body, status: 'disabled' })
    expect((await acme.call('POST', `${path}/enable`)).body).toEqual(body)
    expect((await acme.call('POST', `${path}/pause`)).body).toEqual({ ...body, status: 'paused' })
  })
})

describe('a test', () => {
  it('arrives as mail', async () => {
    const { body } = await create()
    const test = await acme.call('POST', `/api/v1/webhooks/${body.id}/test`)
    expect(test.body).toMatchObject({
      delivered: true,
      status_code: 250,
      request: {
        headers: {
          From: 'Sealpost <alerts@example.com>',
          To: 'a@example.com, b@example.com',
          Subject: '[Sealpost] A test of this channel',
        },
      },
      response: { headers: {}, body: expect.stringMatching(/^250 /) },
    })
    expect(mailbox.received).toMatchObject([
      {
        from: 'alerts@example.com',
        to: ['a@example.com', 'b@example.com'],
        headers: {
          'message-id': `<${test.body.event_id}.${body.id}@example.com>`,
          'webhook-id': test.body.event_id,
          'x-sealpost-event': 'webhook.test',
          'auto-submitted': 'auto-generated',
        },
      },
    ])
    expect(mailbox.received[0]?.bodies['text/plain']).toContain('If you can read this, the channel works.')
  })

  it('arrives in Slack, and nothing that is kept has its URL', async () => {
    const { body } = await create(slackFields())
    const test = await acme.call('POST', `/api/v1/webhooks/${body.id}/test`)
    expect(test.body).toMatchObject({ delivered: true, status_code: 200 })
    expect(slack.received).toHaveLength(1)
    const [request] = slack.received
    expect(request?.path).toBe(`/services/T000/B000/${TOKEN}`)
    expect(request?.headers).toMatchObject({
      'content-type': 'application/json',
      'webhook-id': test.body.event_id,
    })
    expect(request?.headers).not.toHaveProperty('webhook-signature')
    expect(JSON.parse(String(request?.body))).toMatchObject({
      text: expect.stringContaining('A test of this channel'),
    })
    const delivery = await acme.call('GET', `/api/v1/deliveries/${test.body.delivery_id}`)
    expect(test.text + delivery.text + api.log.join('')).not.toContain(TOKEN)
  })
})

describe('deliveries of a channel', () => {
  beforeEach(async () => {
    await acme.call('POST', '/api/v1/event-types', { type: 'order.paid' })
  })
  const publish = () => acme.call('POST', '/api/v1/events', { type: 'order.paid', data: { id: 'A-1' } })
  const deliveryOf = async (id: string) =>
    (await acme.call('GET', `/api/v1/webhooks/${id}/deliveries`)).body.data[0] ??
    ({} as Record<string, unknown>)
  const attempted = (id: string, count: number) =>
    eventually(
      () => deliveryOf(id),
      (row) => row['attempt_count'] === count,
    )

  it('are retried when the mail server cannot take them, as the same message', async () => {
    const { body } = await create({ ...EMAIL, events: ['order.paid'] })
    refuseMail = 451
    await publish()
    const row = await attempted(body.id, 1)
    expect(row).toMatchObject({
      state: 'pending',
      last_status_code: 451,
      next_attempt_at: expect.any(String),
    })
    refuseMail = null
    await acme.call('POST', `/api/v1/deliveries/${String(row['id'])}/resend`)
    expect(await attempted(body.id, 2)).toMatchObject({ state: 'delivered', last_status_code: 250 })
    expect(mailbox.received).toHaveLength(1)
    const { attempts } = (await acme.call('GET', `/api/v1/deliveries/${String(row['id'])}`)).body
    expect(attempts).toMatchObject([
      { status_code: 451, error: { code: 'smtp_try_later' } },
      { status_code: 250, error: null },
    ])
    expect(attempts[0].request.headers['Message-ID']).toBe(mailbox.received[0]?.headers['message-id'])
  })

  it('count as failed when the mail server refuses them', async () => {
    const { body } = await create({ ...EMAIL, events: ['order.paid'] })
    refuseMail = 550
    await publish()
    expect(await attempted(body.id, 1)).toMatchObject({ state: 'pending', last_status_code: 550 })
    expect((await acme.call('GET', `${CHANNELS}/${body.id}`)).body).toMatchObject({
      failure_count: 1,
      last_error: expect.stringContaining('550'),
    })
  })

  it('stop for good where Slack says that the channel is gone', async () => {
    const { body } = await create({ ...slackFields(), events: ['order.paid'] })
    slackStatus = 410
    await publish()
    await attempted(body.id, 1)
    expect((await acme.call('GET', `${CHANNELS}/${body.id}`)).body.status).toBe('disabled_gone')
  })

  it('are replayed', async () => {
    await publish()
    const { body } = await create({ ...EMAIL, events: ['order.paid'] })
    const since = new Date(api.clock.now() - 60_000).toISOString()
    const replay = await acme.call('POST', `/api/v1/webhooks/${body.id}/replay`, { since })
    expect(replay.body).toEqual({ matched: 1, queued: 1 })
    expect(await attempted(body.id, 1)).toMatchObject({ state: 'delivered' })
    expect(mailbox.received[0]?.bodies['text/plain']).toContain('id: A-1')
  })
})
