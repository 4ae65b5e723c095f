import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { Webhook } from 'standardwebhooks'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  accepts,
  validgraphNodeReceiver,
  validibotNodeReceiver,
} from '../../../receiver/test/documented-receivers.ts'
import { createApiClient } from '../support/api-client.ts'
import { startReceiver, type Received, type Receiver } from '../support/receiver.ts'
import { makeDataDir, makeKey, startServer, type ServerProcess } from '../support/server-process.ts'

const PYTHON = spawnSync('python3', ['--version'], { encoding: 'utf8' })
const PYTHON_RECEIVER = fileURLToPath(new URL('../../../receiver/test/python_receiver.py', import.meta.url))
// Nothing but a prefix and text that is not base64, as in ValidGraph's example: its literal bytes are the key.
const SECRET = 'whsec_1a2b3c4d5e6f...'

const dataDir = makeDataDir()
let server: ServerProcess
let receiver: Receiver
let sent: Record<'validibot' | 'validgraph' | 'test', Received>

beforeAll(async () => {
  server = await startServer(dataDir.path)
  receiver = await startReceiver()
  const api = createApiClient(server.url, await makeKey(dataDir.path))
  await api.post('/api/v1/workflows', {
    slug: 'sizes',
    name: 'Größe 日本語',
    steps: [{ type: 'json-schema', config: { schema: { type: 'object', required: ['größe'] } } }],
  })
  const { id } = await api.post<{ id: string }>('/api/v1/webhooks', {
    url: `${receiver.url}/`,
    events: ['run.failed', 'validation.failed'],
    secret: SECRET,
  })
  await api.post('/api/v1/orgs/default/workflows/sizes/runs/', { name: '🔑' })
  await receiver.until((received) => received.length >= 2)
  const test = await api.post<{ delivered: boolean }>(`/api/v1/webhooks/${id}/test`, {})
  expect(test.delivered).toBe(true)
  const find = (type: string): Received =>
    receiver.received.find(({ body }) => body.includes(`"event":"${type}"`)) ??
    expect.fail(`no ${type} arrived`)
  sent = { validibot: find('run.failed'), validgraph: find('validation.failed'), test: find('webhook.test') }
})

afterAll(async () => {
  await receiver.close()
  await server.end('SIGTERM')
  dataDir.remove()
})

function legacyCases() {
  const validibot = (request: Received) => ({
    dialect: 'validibot' as const,
    secret: SECRET,
    signature: String(request.headers['x-validibot-signature']),
    body: request.body,
  })
  const validgraph = (request: Received) => ({
    dialect: 'validgraph' as const,
    secret: SECRET,
    signature: String(request.headers['x-svs-signature']),
    body: request.body,
  })
  return [validibot(sent.validibot), validgraph(sent.validgraph), validibot(sent.test), validgraph(sent.test)]
}

describe('receivers written from the two documents', () => {
  it('in Node accept what the server sends, and refuse it changed', () => {
    for (const { dialect, secret, signature, body } of legacyCases()) {
      const receive = dialect === 'validibot' ? validibotNodeReceiver : validgraphNodeReceiver
      expect(accepts(receive, body, signature, secret)).toBe(true)
      expect(accepts(receive, Buffer.concat([body, Buffer.from(' ')]), signature, secret)).toBe(false)
    }
  })

  // Where the machine has no Python 3 the receivers in Node, above, stand for it.
  it.skipIf(PYTHON.status !== 0)('in Python accept what the server sends (skipped without python3)', () => {
    const cases = legacyCases().map(({ body, ...rest }) => ({
      ...rest,
      body_base64: body.toString('base64'),
    }))
    const { stdout, stderr } = spawnSync('python3', [PYTHON_RECEIVER], {
      input: JSON.stringify(cases),
      encoding: 'utf8',
    })
    expect(stderr).toBe('')
    expect(JSON.parse(stdout)).toEqual([true, true, true, true])
  })

  it('bear only their own dialect’s header', () => {
    expect(sent.validibot.headers).not.toHaveProperty('x-svs-signature')
    expect(sent.validgraph.headers).not.toHaveProperty('x-validibot-signature')
  })
})

it('npm’s standardwebhooks accepts every request', () => {
  const oracle = new Webhook(SECRET, { format: 'raw' })
  for (const { body, headers } of Object.values(sent)) {
    const record = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)]))
    expect(oracle.verify(body.toString(), record)).toEqual(JSON.parse(body.toString()))
  }
})
