import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createApiClient, type ApiClient } from '../support/api-client.ts'
import { startNameServer, type NameAnswer, type NameServer } from '../support/name-server.ts'
import { startReceiver, type Receiver } from '../support/receiver.ts'
import { makeDataDir, makeKey, sealpost, startServer, type ServerProcess } from '../support/server-process.ts'

const ADDRESSES: Readonly<Record<string, NameAnswer>> = {
  receiver: ['127.0.0.1'],
  'host.docker.internal': ['127.0.0.1'],
  'metadata.google.internal': ['169.254.169.254'],
  'half.internal': ['127.0.0.1', '10.9.8.7'],
  // What a name server says of it counts for nothing.
  localhost: ['10.9.8.7'],
}
const PAGES = { slug: 'pages', name: 'Pages', steps: [{ type: 'structured-data' }] }

const dataDirs = { open: makeDataDir(), closed: makeDataDir() }
let names: NameServer
let receiver: Receiver
let site: Server
let sitePort: number
/** As a newcomer starts it. */
let closed: ServerProcess
/** With what the refusal asks for. */
let open: ServerProcess
let closedApi: ApiClient
let openApi: ApiClient
let closedKey: string

beforeAll(async () => {
  names = await startNameServer((name, _lookup, family) =>
    family === 6 ? [] : (ADDRESSES[name] ?? 'NXDOMAIN'),
  )
  receiver = await startReceiver()
  site = createServer((request, response) => {
    if (request.url === '/moved')
      response.writeHead(302, { location: `http://localhost:${sitePort}/page` }).end()
    else if (request.url === '/inside') response.writeHead(302, { location: 'http://10.1.2.3:3000/' }).end()
    else response.writeHead(200, { 'content-type': 'text/html' }).end('<!doctype html><title>Page</title>')
  })
  await new Promise<void>((resolve) => site.listen(0, '127.0.0.1', resolve))
  sitePort = (site.address() as AddressInfo).port
  ;[closed, open] = await Promise.all([
    startServer(dataDirs.closed.path, [], { closed: true }),
    startServer(dataDirs.open.path, ['--dns-servers', names.address]),
  ])
  closedKey = await makeKey(dataDirs.closed.path)
  closedApi = createApiClient(closed.url, closedKey)
  openApi = createApiClient(open.url, await makeKey(dataDirs.open.path))
  for (const api of [closedApi, openApi]) await api.post('/api/v1/workflows', PAGES)
})

afterAll(async () => {
  await Promise.all([closed.end('SIGTERM'), open.end('SIGTERM')])
  await Promise.all([receiver.close(), names.close(), new Promise((resolve) => site.close(resolve))])
  for (const dataDir of Object.values(dataDirs)) dataDir.remove()
})

/** All that is said of a refused URL, wherever it stands. */
async function refusalOf(path: string, body: object): Promise<string> {
  const answer = await closedApi.call('POST', path, body)
  const problem = answer.body as { code: string; errors: { field: string; message: string }[] }
  expect([answer.status, problem.code, problem.errors.length]).toEqual([422, 'url_not_allowed', 1])
  expect(problem.errors[0]?.field).toMatch(/url$/)
  return problem.errors[0]?.message ?? ''
}

const BOTH = '--allow-http and --allow-cidr 127.0.0.0/8'

describe('a URL on this machine is refused once, with all that it would need', () => {
  it.each([
    ['http://localhost:3000/hook', ['http:', 'localhost means 127.0.0.1', 'port 3000', BOTH]],
    ['http://127.0.0.1:3000/hook', ['http:', '127.0.0.1 is a loopback address', 'port 3000', BOTH]],
    [
      'http://[::1]:3000/hook',
      ['http:', '::1 is a loopback address', '--allow-http and --allow-cidr ::1/128'],
    ],
    ['https://localhost/hook', ['localhost means 127.0.0.1', 'with --allow-cidr 127.0.0.0/8']],
    ['http://10.1.2.3/hook', ['http:', 'a private address', '--allow-http and --allow-cidr 10.1.2.3/32']],
    ['http://receiver:3000/hook', ['http:', 'no domain', '--allow-http and --allow-cidr for the addresses']],
    ['http://hooks.example.com/hook', ['http:', 'with --allow-http']],
    ['https://hooks.example.com:9000/hook', ['port 9000', 'with --allow-cidr for the addresses']],
  ])('%s', async (url, says) => {
    const asked: [string, object][] = [
      ['/api/v1/webhooks', { url, events: ['run.failed'] }],
      ['/api/v1/channels', { carrier: 'slack', name: 'Ops', url }],
      ['/api/v1/monitors', { url, workflow: 'pages', schedule: 'daily' }],
      ['/api/v1/orgs/default/workflows/pages/runs/', { url }],
    ]
    for (const [path, body] of asked) {
      const message = await refusalOf(path, body)
      for (const said of says) expect([path, message]).toEqual([path, expect.stringContaining(said)])
    }
  })

  it('on the command line too', async () => {
    const { code, stdout, stderr } = await sealpost([
      'validate',
      'http://localhost:3000/page',
      ...['--server', closed.url, '--api-key', closedKey, '--workflow', 'pages'],
    ])
    expect([code, stdout + stderr]).toEqual([2, expect.stringContaining(BOTH)])
  })
})

describe('where the operator listed loopback', () => {
  it.each(['localhost', 'app.localhost', 'receiver', 'host.docker.internal'])(
    'a webhook at %s is sent to',
    async (name) => {
      const url = receiver.url.replace('127.0.0.1', name)
      const made = await openApi.post<{ id: string }>('/api/v1/webhooks', { url, events: ['run.failed'] })
      const tested = await openApi.post<object>(`/api/v1/webhooks/${made.id}/test`, undefined)
      expect(tested).toMatchObject({ delivered: true, status_code: 200, error: null })
      expect(receiver.received.at(-1)?.headers.host).toBe(new URL(url).host)
    },
  )

  it.each([
    ['metadata.google.internal', 'a link-local address', '--allow-cidr 169.254.169.254/32'],
    ['half.internal', '10.9.8.7, a private address', '--allow-cidr 10.9.8.7/32'],
  ])('one at %s is not', async (name, what, flag) => {
    const url = `http://${name}:3000/`
    const made = await openApi.post<{ id: string }>('/api/v1/webhooks', { url, events: ['run.failed'] })
    const { error } = await openApi.post<{ error: { code: string; message: string } }>(
      `/api/v1/webhooks/${made.id}/test`,
      undefined,
    )
    expect(error.code).toBe('address_denied')
    expect(error.message).toContain(what)
    expect(error.message).toContain(flag)
  })

  it('pages and their redirects are fetched by such a name', async () => {
    const resultOf = async (url: string) => {
      const made = await openApi.post<{ id: string }>('/api/v1/orgs/default/workflows/pages/runs/', { url })
      return openApi.get<{ result: string; findings: { message: string }[] }>(
        `/api/v1/orgs/default/runs/${made.id}/?wait=30`,
      )
    }
    for (const url of [`http://localhost:${sitePort}/page`, `http://127.0.0.1:${sitePort}/moved`]) {
      // It has nothing to judge, which is a verdict: the page was there.
      expect([url, (await resultOf(url)).result]).toEqual([url, 'FAIL'])
    }
    const refused = await resultOf(`http://receiver:${sitePort}/inside`)
    expect(refused).toMatchObject({
      result: 'ERROR',
      findings: [{ message: expect.stringContaining('--allow-cidr 10.1.2.3/32') as string }],
    })
  })
})
