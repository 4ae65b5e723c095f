import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { createApiClient, readAll, type ApiClient } from '../support/api-client.ts'
import { hangingTests, hostileEvents, hostileRuns, slowPages, type Attack } from '../support/attacks.ts'
import { eventually } from '../support/eventually.ts'
import { startReceiver, type Receiver } from '../support/receiver.ts'
import { makeDataDir, makeKey, sealpost, startServer, type ServerProcess } from '../support/server-process.ts'

// What one organization burns its limits with is not felt by another. No clock is looked at: the limits are so long that
// whoever had to wait for them would be seen to, since something of the attacker would have ended before.

const LIMITS = ['--validator-threads', '1', '--validator-timeout', '90s', '--allow-http']

let dataDir: ReturnType<typeof makeDataDir>
let server: ServerProcess
let attacker: ApiClient
let neighbour: ApiClient
let receiver: Receiver
/** Never answers below /slow. */
let site: Server
let siteUrl: string
const asked: string[] = []
const attacks: Attack[] = []

beforeAll(async () => {
  site = createServer((request, response) => {
    asked.push(request.url ?? '')
    if (request.url?.startsWith('/slow') === true) return
    response.writeHead(200, { 'content-type': 'text/html' }).end('<title>Lamp</title>')
  })
  await new Promise<void>((resolve) => site.listen(0, '127.0.0.1', resolve))
  siteUrl = `http://127.0.0.1:${(site.address() as AddressInfo).port}`
  receiver = await startReceiver()
})

afterAll(async () => {
  site.closeAllConnections()
  await Promise.all([receiver.close(), new Promise((resolve) => site.close(resolve))])
})

/** Each attack meets a server of its own: what it leaves under way goes on for minutes. */
beforeEach(async () => {
  dataDir = makeDataDir()
  await sealpost(['orgs', 'create', 'attacker', '--data-dir', dataDir.path])
  const [own, other] = [await makeKey(dataDir.path), await makeKey(dataDir.path, ['--org', 'attacker'])]
  server = await startServer(dataDir.path, [...LIMITS, '--allow-cidr', '127.0.0.0/8'])
  neighbour = createApiClient(server.url, own)
  attacker = createApiClient(server.url, other)
  await neighbour.post('/api/v1/event-types', { type: 'order.paid', schema: { required: ['id'] } })
  await neighbour.post('/api/v1/workflows', { slug: 'orders', name: 'Orders', steps: [step(['id'])] })
  const pages = { slug: 'pages', name: 'Pages', steps: [{ type: 'structured-data' }] }
  await neighbour.post('/api/v1/workflows', pages)
})

afterEach(async () => {
  for (const one of attacks.splice(0)) one.stop()
  await server.end('SIGKILL')
  dataDir.remove()
})

function step(required: string[]) {
  return { type: 'json-schema', config: { schema: { required } } }
}

function started(attack: Attack): Attack {
  attacks.push(attack)
  return attack
}

/** Everything that needs a validator, as the neighbour asks for it. */
async function validateEverything(round: number): Promise<void> {
  const event = await neighbour.call('POST', '/api/v1/events', { type: 'order.paid', data: { id: round } })
  expect(event.status).toBe(202)
  const refused = await neighbour.call('POST', '/api/v1/events', { type: 'order.paid', data: {} })
  expect(refused.body).toMatchObject({ code: 'data_not_valid' })
  const run = await neighbour.call('POST', '/api/v1/orgs/default/workflows/orders/runs/?wait=30', '{"id":1}')
  const { id } = run.body as { id: string }
  expect(await neighbour.get(`/api/v1/orgs/default/runs/${id}/?wait=30`)).toMatchObject({ result: 'PASS' })
  const steps = [step([`field_${round}`])]
  await neighbour.post('/api/v1/workflows', { slug: `w${crypto.randomUUID()}`, name: 'Another', steps })
  const type = `made.t${crypto.randomUUID().replaceAll('-', '')}`
  await neighbour.post('/api/v1/event-types', { type, schema: { required: [`field_${round}`] } })
}

test('schemas of events that run to their limit keep no other organization waiting', async () => {
  const { answers } = started(await hostileEvents(attacker, 12))
  for (let round = 0; round < 5; round++) await validateEverything(round)
  expect(answers).toEqual([])
})

test('nor do runs and schemas that are tried', async () => {
  const attack = started(await hostileRuns(attacker, 'attacker', 30))
  for (let round = 0; round < 5; round++) await validateEverything(round)
  // Each was accepted, and none has ended.
  await eventually(
    async () => attack.answers.filter(({ status }) => status === 202).length,
    (accepted) => accepted >= 30,
  )
  expect(attack.answers.filter(({ status }) => status === 201)).toEqual([])
})

test('tests of a webhook that hangs take no other organization’s place', async () => {
  const { answers } = started(await hangingTests(attacker, `${siteUrl}/slow/hook`, 120))
  // Once one is refused, the attacker has all that it may have.
  await eventually(
    async () => answers.map(({ body }) => (body as { code?: string }).code),
    (codes) => codes.includes('overloaded'),
  )
  const { id } = await neighbour.post<{ id: string }>('/api/v1/webhooks', {
    url: receiver.url,
    events: ['run.failed'],
  })
  for (let round = 0; round < 5; round++) {
    expect(await neighbour.post(`/api/v1/webhooks/${id}/test`, undefined)).toMatchObject({ delivered: true })
  }
  // At least fifty were let in, and hang.
  expect(answers.length).toBeLessThanOrEqual(70)
})

test('pages of a host that never answers delay another organization’s page of it by one', async () => {
  const ids = await slowPages(attacker, 'attacker', (index) => `${siteUrl}/slow/page/${index}`, 60)
  await eventually(
    async () => asked,
    (paths) => paths.some((path) => path.startsWith('/slow/page')),
  )
  const before = asked.filter((path) => path.startsWith('/slow/page')).length
  const path = '/api/v1/orgs/default/workflows/pages/runs/'
  const { id } = await neighbour.post<{ id: string }>(path, { url: `${siteUrl}/page` })
  const run = await eventually(
    () => neighbour.get<{ ended_at: string | null }>(`/api/v1/orgs/default/runs/${id}/?wait=30`),
    ({ ended_at: endedAt }) => endedAt !== null,
    90_000,
  )
  expect(run).toMatchObject({ status: 'FAILED', result: 'FAIL' })
  const pages = asked.filter((each) => each.includes('page'))
  expect(pages.indexOf('/page')).toBeLessThanOrEqual(before + 1)
  const runs = await readAll<{ id: string }>(attacker, '/api/v1/orgs/attacker/runs/')
  expect(runs.filter((each) => ids.includes(each.id))).toHaveLength(60)
})
