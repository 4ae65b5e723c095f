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

it('tells people once, by mail and in Slack, that a webhook was disabled', async () => {
  await api.post('/api/v1/event-types', { type: 'order.paid' })
  const events = ['webhook.disabled']
  await api.post('/api/v1/channels', {
    carrier: 'email',
    name: 'On call',
    recipients: ['oncall@example.com'],
    events,
  })
  await api.post('/api/v1/channels', { carrier: 'slack', name: 'Ops', url: slack.url + SLACK_PATH, events })
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
    () => api.get<{ data: { state: string; event_type: string }[] }>('/api/v1/deliveries'),
    ({ data: rows }) => rows.every(({ state }) => state !== 'pending'),
  )
  const told = data.filter(({ event_type: type }) => type === 'webhook.disabled')
  expect(told.map(({ state }) => state)).toEqual(['delivered', 'delivered'])
  expect([mailbox.received.length, slack.received.length]).toEqual([1, 1])

  // Neither the log nor the disk has the password or the Slack URL.
  const files = readdirSync(dataDir.path).map((name) =>
    readFileSync(join(dataDir.path, name)).toString('latin1'),
  )
  const kept = [server.output(), ...files].join('\n')
  expect(kept).toContain('oncall@example.com')
  expect(kept).not.toContain('the-secret-of-the-url')
  expect(kept).not.toContain(LOGIN.password)
})
