import { createServer, type Server, type ServerResponse } from 'node:http'
import { createServer as createTcpServer, type AddressInfo } from 'node:net'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createApiClient, readAll, type ApiClient } from '../support/api-client.ts'
import { startNameServer, type NameServer } from '../support/name-server.ts'
import { startReceiver, type Receiver } from '../support/receiver.ts'
import { makeDataDir, makeKey, startServer, type ServerProcess } from '../support/server-process.ts'

interface MonitorBody {
  id: string
  url: string
  health: string
  failure_count: number
  failing_since: string | null
  last_error: string | null
}

interface RunBody {
  id: string
  result: string
  page_url: string
}

interface Told {
  type: string
  data: { monitor_id: string; url: string; last_error?: string; run_url: string | null }
}

const PAGE = `<!doctype html><title>Lamp</title><script type="application/ld+json">${JSON.stringify({
  '@context': 'https://schema.org',
  '@type': 'WebSite',
  name: 'Shop',
  url: 'https://shop.example/',
})}</script>`

/** What the site answers at each path, so that the page cannot be judged. */
const BROKEN: Readonly<Record<string, (response: ServerResponse) => void>> = {
  '/403': (response) => response.writeHead(403).end('no'),
  '/404': (response) => response.writeHead(404).end('no'),
  '/410': (response) => response.writeHead(410).end('no'),
  '/500': (response) => response.writeHead(500).end('no'),
  '/flaps': (response) => response.writeHead(503).end('no'),
  '/circle': (response) => response.writeHead(302, { location: '/circle' }).end(),
  '/to-nowhere': (response) => response.writeHead(302, { location: 'http://nowhere.example/' }).end(),
  '/to-private': (response) => response.writeHead(302, { location: 'http://10.0.0.1/' }).end(),
  '/pdf': (response) => response.writeHead(200, { 'content-type': 'application/pdf' }).end('%PDF'),
  '/large': (response) => response.writeHead(200, { 'content-length': 11 * 1024 * 1024 }).end(),
  '/empty': (response) => response.writeHead(200, { 'content-type': 'text/html' }).end(' \n'),
  '/204': (response) => response.writeHead(204).end(),
  '/cut': (response) => {
    response.writeHead(200, { 'content-type': 'text/html', 'content-length': 100 })
    response.write('<!doctype html>')
    response.socket?.end()
  },
}

const dataDir = makeDataDir()
/** Paths of the site that are broken now. */
const down = new Set(Object.keys(BROKEN))
let site: Server
let origin: string
let names: NameServer
let hooks: Receiver
let server: ServerProcess
let api: ApiClient

beforeAll(async () => {
  site = createServer((request, response) => {
    const path = request.url ?? ''
    const answer = down.has(path) ? BROKEN[path] : undefined
    if (answer !== undefined) answer(response)
    else response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' }).end(PAGE)
  })
  await new Promise<void>((resolve) => site.listen(0, '127.0.0.1', resolve))
  origin = `http://127.0.0.1:${(site.address() as AddressInfo).port}`
  names = await startNameServer((name) => (name === 'broken.example' ? 'SERVFAIL' : 'NXDOMAIN'))
  hooks = await startReceiver()
  await start()
  await api.post('/api/v1/workflows', { slug: 'pages', name: 'Pages', steps: [{ type: 'structured-data' }] })
  await api.post('/api/v1/webhooks', {
    url: `${hooks.url}/all`,
    events: ['monitor.failing', 'monitor.recovered'],
  })
  await api.post('/api/v1/channels', { carrier: 'slack', name: 'Ops', url: `${hooks.url}/slack` })
})

afterAll(async () => {
  await server.end('SIGTERM')
  await Promise.all([hooks.close(), names.close()])
  await new Promise((resolve) => site.close(resolve))
  dataDir.remove()
})

async function start(): Promise<void> {
  server = await startServer(dataDir.path, ['--dns-servers', names.address])
  api = createApiClient(server.url, await makeKey(dataDir.path))
}

const watch = (url: string, fields: object = {}): Promise<MonitorBody> =>
  api.post('/api/v1/monitors', { url, workflow: 'pages', schedule: 'weekly', ...fields })

const monitorNow = (id: string): Promise<MonitorBody> => api.get(`/api/v1/monitors/${id}`)

/** Runs the monitor and waits for the end. */
async function run({ id }: Pick<MonitorBody, 'id'>): Promise<RunBody> {
  const started = await api.post<RunBody>(`/api/v1/monitors/${id}/run`, undefined)
  return api.get<RunBody>(`/api/v1/orgs/default/runs/${started.id}/?wait=30`)
}

/** What a path of the receiver was told of a monitor, in order. */
function toldOf(id: string, path = '/all'): Told[] {
  return hooks.received
    .filter((request) => request.path === path && request.body.includes(id))
    .map(({ body }) => JSON.parse(body.toString()) as Told)
}

const untilTold = (id: string, count: number, path = '/all'): Promise<void> =>
  hooks.until(() => toldOf(id, path).length >= count)

/** While nothing serves: as if time had passed, or the monitor had been made otherwise. */
async function whileStopped(sql: string, ...values: (string | number)[]): Promise<void> {
  await server.end('SIGTERM')
  const database = new DatabaseSync(join(dataDir.path, 'sealpost.db'))
  const { changes } = database.prepare(sql).run(...values)
  database.close()
  expect(changes).toBe(1)
  await start()
}

describe('a page that cannot be judged', () => {
  it('ends its run as ERROR, and its monitor, a webhook and a channel say so', async () => {
    const reset = createTcpServer((socket) => socket.resetAndDestroy())
    await new Promise<void>((resolve) => reset.listen(0, '127.0.0.1', resolve))
    const tcpPort = (reset.address() as AddressInfo).port
    const closed = createTcpServer()
    await new Promise<void>((resolve) => closed.listen(0, '127.0.0.1', resolve))
    const closedPort = (closed.address() as AddressInfo).port
    await new Promise((resolve) => closed.close(resolve))

    const cases: [url: string, says: RegExp][] = [
      ['http://nowhere.example/', /no such name/],
      ['http://broken.example/', /could not be looked up/],
      [`http://127.0.0.1:${closedPort}/`, /Nothing listens/],
      [`http://127.0.0.1:${tcpPort}/`, /reset the connection/],
      [origin.replace('http:', 'https:'), /speaks plain HTTP|TLS|secure/i],
      [`${origin}/403`, /403/],
      [`${origin}/404`, /404/],
      [`${origin}/410`, /gone for good/],
      [`${origin}/500`, /500/],
      [`${origin}/circle`, /redirects/],
      [`${origin}/to-nowhere`, /redirects to http:\/\/nowhere\.example\/.*no such name/],
      [`${origin}/to-private`, /redirects to http:\/\/10\.0\.0\.1\/.*private address/],
      [`${origin}/pdf`, /application\/pdf/],
      [`${origin}/large`, /larger than 10 MB/],
      [`${origin}/empty`, /empty page/],
      [`${origin}/204`, /empty page/],
      [`${origin}/cut`, /before the whole page/],
    ]
    for (const [url, says] of cases) {
      const made = await watch(url, { name: `Watch of ${url}` })
      expect(made).toMatchObject({ health: 'healthy', failure_count: 0, last_error: null })
      const ended = await run(made)
      const now = await monitorNow(made.id)
      expect([url, ended.result, now]).toMatchObject([
        url,
        'ERROR',
        { health: 'failing', failure_count: 1, last_error: expect.stringMatching(says) as string },
      ])
      expect(Date.parse(now.failing_since ?? '')).toBeGreaterThan(0)
      await untilTold(made.id, 1)
      await untilTold(made.id, 1, '/slack')
      expect(toldOf(made.id)).toMatchObject([
        {
          type: 'monitor.failing',
          data: {
            monitor_id: made.id,
            name: `Watch of ${url}`,
            url,
            workflow: { slug: 'pages' },
            health: 'failing',
            failure_count: 1,
            last_error: expect.stringMatching(says) as string,
            run_id: ended.id,
            run_url: `${server.url}/orgs/default/runs/${ended.id}/`,
          },
        },
      ])
      expect(JSON.stringify(toldOf(made.id, '/slack'))).toContain(
        `Critical: Watch of ${url} cannot be judged`.slice(0, 60),
      )
    }
    await new Promise((resolve) => reset.close(resolve))
  })

  it('is told of once, however often it turns, and of its state again when the window has passed', async () => {
    const made = await watch(`${origin}/flaps`, { name: 'Flaps' })
    for (let turn = 0; turn < 3; turn += 1) {
      down.add('/flaps')
      expect((await run(made)).result).toBe('ERROR')
      down.delete('/flaps')
      expect((await run(made)).result).not.toBe('ERROR')
    }
    expect(await monitorNow(made.id)).toMatchObject({
      health: 'healthy',
      failure_count: 0,
      failing_since: null,
      last_error: null,
    })
    await untilTold(made.id, 1)
    const told = async () =>
      (await readAll<{ type: string; key: string | null }>(api, '/api/v1/events')).filter(
        ({ type, key }) => type.startsWith('monitor.') && key === made.url,
      ).length
    const before = await told()
    expect(toldOf(made.id).map(({ type }) => type)).toEqual(['monitor.failing'])

    // The window ends while nothing serves.
    await whileStopped('UPDATE monitors SET tell_at = 1, told_window_ends_at = 1 WHERE name = ?', 'Flaps')
    await untilTold(made.id, 2)
    expect(toldOf(made.id).map(({ type }) => type)).toEqual(['monitor.failing', 'monitor.recovered'])
    expect(await told()).toBe(before + 1)
  })

  it('is not told of as recovered when nobody was told that it failed', async () => {
    const made = await watch(`${origin}/fine`)
    expect((await run(made)).result).not.toBe('ERROR')
    expect((await run(made)).result).not.toBe('ERROR')
    const broken = await watch(`${origin}/404`)
    await run(broken)
    await untilTold(broken.id, 1)
    expect(toldOf(made.id)).toEqual([])
  })

  it('is told to webhooks by their filter and their scope', async () => {
    const made = await watch(`${origin}/404`)
    const other = await watch(`${origin}/403`)
    const { project_id: project } = await api.get<{ project_id: string }>(`/api/v1/monitors/${made.id}`)
    const events = ['monitor.failing']
    await api.post('/api/v1/webhooks', {
      url: `${hooks.url}/filtered`,
      events,
      filter: `data.monitor_id == "${made.id}"`,
    })
    await api.post('/api/v1/webhooks', {
      url: `${hooks.url}/project`,
      events,
      scope: { type: 'project', id: project },
    })
    await run(other)
    await run(made)
    await untilTold(made.id, 1, '/filtered')
    await untilTold(made.id, 1, '/project')
    await untilTold(other.id, 1, '/project')
    expect(toldOf(other.id, '/filtered')).toEqual([])
  })
})

describe('a slot that starts no run', () => {
  it('is a failure of its monitor, and says why', async () => {
    const made = await watch(`${origin}/moved`, { name: 'Moved' })
    await whileStopped(
      "UPDATE monitors SET url = 'http://10.0.0.1/', next_run_at = 1 WHERE name = ?",
      'Moved',
    )
    await untilTold(made.id, 1)
    expect(toldOf(made.id)).toMatchObject([
      {
        type: 'monitor.failing',
        data: { last_error: expect.stringContaining('The URL is not allowed') as string, run_url: null },
      },
    ])
    const patched = await api.call('PATCH', `/api/v1/monitors/${made.id}`, { url: `${origin}/moved` })
    expect(patched.status).toBe(200)
    await run(made)
    expect(await monitorNow(made.id)).toMatchObject({ health: 'healthy', last_error: null })
  })
})

describe('an alert rule', () => {
  it('matches a run that ended as ERROR, by name or by expression', async () => {
    const ruleOf = (name: string, condition: object) =>
      api.post<{ id: string }>('/api/v1/alert-rules', { name, condition, scope: { applies_to: 'all' } })
    const named = await ruleOf('Page is down', { rule_type: 'run_error' })
    const asked = await ruleOf('By expression', { rule_type: 'cel', expression: 'data.status == "error"' })
    const result = await ruleOf('By result', { rule_type: 'cel', expression: 'data.result == "ERROR"' })
    const errors = await ruleOf('Errors of the data', { rule_type: 'errors', operator: 'gte', value: 1 })
    const made = await watch(`${origin}/404`)
    const ended = await run(made)
    const alertsOf = async ({ id }: { id: string }) =>
      (await api.get<{ data: { message: string; run_id: string }[] }>(`/api/v1/alerts?rule=${id}`)).data
    for (const rule of [named, asked, result]) {
      expect(await alertsOf(rule)).toMatchObject([{ run_id: ended.id }])
    }
    expect((await alertsOf(named))[0]?.message).toContain('The server has no page at this URL (404')
    expect(await alertsOf(errors)).toEqual([])
    // And none of them of a page that was judged.
    const fine = await run(await watch(`${origin}/fine`))
    expect(fine.result).not.toBe('ERROR')
    for (const rule of [named, asked, result]) expect(await alertsOf(rule)).toHaveLength(1)
    expect(await api.post(`/api/v1/alert-rules/${named.id}/test`, {})).toMatchObject({ matched: true })
  })
})

it('says when its next run is, and why then', async () => {
  const reasonOf = async (fields: object) => {
    const made = await watch(`${origin}/fine`, fields)
    return made as unknown as {
      next_run_at: string | null
      next_run_offset_seconds: number | null
      next_run_reason: string
    }
  }
  const cron = await reasonOf({ schedule: '0 9 * * *', time_zone: 'Europe/Berlin' })
  expect(cron.next_run_reason).toMatch(/The schedule says 09:00:00 \(Europe\/Berlin\)\. .*by \d+ min \d+ s/)
  expect(cron.next_run_offset_seconds).toBeLessThanOrEqual(600)
  const hourly = await reasonOf({ schedule: 'hourly' })
  const past = new Date(hourly.next_run_at ?? '')
  expect(hourly.next_run_reason).toContain(
    `${past.getUTCMinutes()} min ${past.getUTCSeconds()} s past the hour`,
  )
  expect(hourly.next_run_offset_seconds).toBe(past.getUTCMinutes() * 60 + past.getUTCSeconds())
  expect(await reasonOf({ enabled: false })).toMatchObject({
    next_run_at: null,
    next_run_offset_seconds: null,
    next_run_reason: 'The monitor is disabled.',
  })
  const weekly = await reasonOf({ schedule: 'weekly' })
  expect(weekly.next_run_reason).toMatch(/starts on \w+day \d\d:\d\d:\d\d \(UTC\)/)
})
