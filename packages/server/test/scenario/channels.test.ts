import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { createApiClient, type ApiClient } from '../support/api-client.ts'
import { createAuthority } from '../support/certificate.ts'
import { eventually } from '../support/eventually.ts'
import { startMailServer, type MailServer } from '../support/mail-server.ts'
import { startReceiver, type Receiver } from '../support/receiver.ts'
import { makeDataDir, makeKey, startServer, type ServerProcess } from '../support/server-process.ts'

const LOGIN = { user: 'sealpost', password: 'pass-w0rd-of-the-relay' }
const SLACK_PATH = '/services/T00000000/B00000000/the-secret-of-the-url'

const dataDir = makeDataDir()
const certificates = makeDataDir()
let mailbox: MailServer
let slack: Receiver
let receiver: Receiver
let server: ServerProcess
let api: ApiClient

beforeAll(async () => {
  const authority = createAuthority()
  const trusted = join(certificates.path, 'authority.pem')
  writeFileSync(trusted, authority.cert)
  mailbox = await startMailServer({ identity: authority.issue({ names: ['127.0.0.1'] }), login: LOGIN })
  slack = await startReceiver()
  receiver = await startReceiver(() => 500)
  server = await startServer(
    dataDir.path,
    ['--smtp-from', 'Sealpost <alerts@example.com>', '--log-level', 'debug'],
    {
      environment: {
        NODE_EXTRA_CA_CERTS: trusted,
        SEALPOST_SMTP_URL: `smtp://${LOGIN.user}:${LOGIN.password}@127.0.0.1:${mailbox.port}`,
      },
    },
  )
  api = createApiClient(server.url, await makeKey(dataDir.path))
})

afterAll(async () => {
  await server.end('SIGTERM')
  await Promise.all([mailbox.close(), slack.close(), receiver.close()])
  dataDir.remove()
  certificates.remove()
})

interface DeliveryBody {
  id: string
  state: string
  event_type: string
  webhook_id: string
}

it('tells people once, by mail and in Slack, that a webhook was disabled', async () => {
  await api.post('/api/v1/event-types', { type: 'order.paid' })
  const events = ['webhook.disabled']
  const channels: { id: string; carrier: string }[] = []
  for (const fields of [
    { carrier: 'email', name: 'On call', recipients: ['oncall@example.com'] },
    { carrier: 'slack', name: 'Ops', url: slack.url + SLACK_PATH },
  ]) {
    channels.push(await api.post('/api/v1/channels', { ...fields, events }))
  }
  const webhook = await api.post<{ id: string }>('/api/v1/webhooks', {
    url: receiver.url,
    events: ['order.paid'],
    retry_schedule: [0],
    disable_after: 2,
  })
  await api.post('/api/v1/events', { type: 'order.paid', data: {} })

  await slack.until((received) => received.length > 0)
  await eventually(
    async () => mailbox.received.length,
    (count) => count > 0,
  )
  expect(mailbox.received[0]).toMatchObject({
    to: ['oncall@example.com'],
    secure: true,
    user: LOGIN.user,
    headers: {
      subject: expect.stringContaining('[Sealpost] Critical: A webhook was disabled (http') as string,
    },
  })
  expect(mailbox.received[0]?.bodies['text/plain']).toContain(`Id: ${webhook.id}`)
  expect(String(slack.received[0]?.body)).toContain(webhook.id)
  expect(slack.received[0]?.path).toBe(SLACK_PATH)

  // Both are delivered, and nothing more is owed to anybody.
  const { data } = await eventually(
    () => api.get<{ data: DeliveryBody[] }>('/api/v1/deliveries'),
    ({ data: rows }) => rows.every(({ state }) => state !== 'pending'),
  )
  const told = data.filter(({ event_type: type }) => type === 'webhook.disabled')
  expect(told.map(({ state }) => state)).toEqual(['delivered', 'delivered'])
  expect([mailbox.received.length, slack.received.length]).toEqual([1, 1])

  // The log shows what each was sent, and not the event that it was written from.
  const sentTo = async (carrier: string): Promise<{ headers: Record<string, string>; body: string }> => {
    const channel = channels.find((one) => one.carrier === carrier)
    const delivery = told.find(({ webhook_id: id }) => id === channel?.id)
    const { attempts } = await api.get<{
      attempts: { request: { headers: Record<string, string>; body: string } }[]
    }>(`/api/v1/deliveries/${delivery?.id}`)
    return attempts[0]?.request ?? { headers: {}, body: '' }
  }
  expect((await sentTo('slack')).body).toBe(String(slack.received[0]?.body))
  const mailed = await sentTo('email')
  expect(mailed.headers['Subject']).toContain('A webhook was disabled')
  expect(mailed.body.trim()).toBe(mailbox.received[0]?.bodies['text/plain']?.replaceAll('\r\n', '\n').trim())
  for (const channel of channels) {
    const before = slack.received.length
    const tested = await api.post<{ request: { body: string } }>(
      `/api/v1/webhooks/${channel.id}/test`,
      undefined,
    )
    expect(tested.request.body).toContain('If you can read this, the channel works.')
    expect(tested.request.body).not.toContain('"event":"webhook.test"')
    expect(slack.received.length - before).toBe(channel.carrier === 'slack' ? 1 : 0)
  }

  // Neither the log nor the disk has the password or the Slack URL.
  const files = readdirSync(dataDir.path).map((name) =>
    readFileSync(join(dataDir.path, name)).toString('latin1'),
  )
  const kept = [server.output(), ...files].join('\n')
  expect(kept).toContain('oncall@example.com')
  expect(kept).not.toContain('the-secret-of-the-url')
  expect(kept).not.toContain(LOGIN.password)
})
