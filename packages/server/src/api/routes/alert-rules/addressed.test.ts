import { afterEach, beforeEach, expect, it } from 'vitest'
import { startMailServer, type MailServer } from '../../../../test/support/mail-server.ts'
import { startReceiver, type Receiver } from '../../../../test/support/receiver.ts'
import { createTestApi, type TestApi, type TestCaller } from '../../../../test/support/test-api.ts'

// Who hears of a run although they subscribed to nothing: the channels of an alert rule, and whom action steps name.

const PAGE = 'https://example.com/blog/a'
let mailbox: MailServer
let slack: Receiver
let subscriber: Receiver
let api: TestApi
let acme: TestCaller

beforeEach(async () => {
  mailbox = await startMailServer({})
  slack = await startReceiver()
  subscriber = await startReceiver()
  api = await createTestApi({ mailPort: mailbox.port })
  acme = await api.organization('acme')
})
afterEach(async () => {
  await api.close()
  await Promise.all([slack.close(), subscriber.close(), mailbox.close()])
})

async function made(path: string, body: object): Promise<string> {
  const answer = await acme.call('POST', `/api/v1/${path}`, body)
  expect([answer.status, answer.body.errors]).toEqual([201, undefined])
  return String(answer.body.id)
}

const workflow = (...actions: object[]) =>
  made('workflows', {
    slug: 'pages',
    name: 'Pages',
    steps: [{ type: 'json-schema', config: { schema: {} } }, ...actions],
  })
const report = (result: string, score: number) =>
  acme.call('POST', '/api/v1/orgs/acme/workflows/pages/results', { result, url: PAGE, score })
const email = () => made('channels', { carrier: 'email', name: 'On call', recipients: ['a@example.com'] })
const toSlack = () => made('channels', { carrier: 'slack', name: 'Ops', url: `${slack.url}/services/T/B/X` })

/** Deliveries by type of event, once all have ended. */
async function deliveries(count: number): Promise<Record<string, string>[]> {
  for (;;) {
    const { body } = await acme.call('GET', '/api/v1/deliveries')
    const rows = body.data as Record<string, string>[]
    if (rows.length >= count && rows.every(({ state }) => state === 'delivered')) return rows
    await new Promise((resolve) => setImmediate(resolve))
  }
}

it('an alert reaches the channels of its rule, each once, and says what changed', async () => {
  await workflow()
  await made('webhooks', { url: `${subscriber.url}/hook`, events: ['alert.triggered'] })
  const [mail, ops] = [await email(), await toSlack()]
  await made('alert-rules', {
    name: 'Blog score',
    condition: { rule_type: 'score_drop', value: 10 },
    actions: { notify_via: ['email', 'slack'], recipients: [mail, ops], severity: 'critical' },
  })
  await report('PASS', 88)
  const { body: run } = await report('PASS', 72)
  const rows = await deliveries(2)
  expect(rows.map(({ webhook_id, event_type }) => [webhook_id, event_type]).sort()).toEqual(
    [
      [mail, 'alert.triggered'],
      [ops, 'alert.triggered'],
    ].sort(),
  )
  // The rule does not tell those who subscribed.
  expect(subscriber.received).toEqual([])
  const said = slack.received[0]?.body.toString() ?? ''
  const mailed = mailbox.received[0]?.bodies['text/plain'] ?? ''
  for (const text of [said, mailed]) {
    for (const part of ['Blog score', '88', '72', String(run.id)]) expect(text).toContain(part)
  }
  expect([slack.received.length, mailbox.received.length]).toEqual([1, 1])
})

it('action steps tell whom they name, on their occasion, and a subscriber no more often', async () => {
  const hook = await made('webhooks', { url: `${subscriber.url}/hook`, events: ['run.completed'] })
  const quiet = await made('webhooks', { url: `${subscriber.url}/quiet`, events: ['score.dropped'] })
  const ops = await toSlack()
  await workflow(
    { type: 'webhook', config: { webhook: hook } },
    { type: 'webhook', config: { webhook: quiet, when: 'pass' } },
    { type: 'notify', config: { channel: ops, when: 'fail' } },
  )
  await report('PASS', 90)
  await deliveries(2)
  await report('FAIL', 90)
  const rows = await deliveries(4)
  const told = rows.map(({ webhook_id, event_type }) => `${event_type} ${String(webhook_id)}`).sort()
  const completed = (id: string) => `run.completed ${id}`
  // A message for people tells of the errors as well.
  const verdict = `validation.completed ${ops}`
  expect(told).toEqual([completed(hook), completed(hook), completed(quiet), verdict].sort())
  expect(slack.received).toHaveLength(1)
})
