import { verify } from '@sealpost/receiver'
import { spawnSync } from 'node:child_process'
import { copyFileSync, mkdirSync, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { createApiClient, readAll } from '../support/api-client.ts'
import { eventually } from '../support/eventually.ts'
import { startReceiver } from '../support/receiver.ts'
import { BIN, makeDataDir, makeKey, sealpost, startServer } from '../support/server-process.ts'

const AT_ONCE = 20
const REPORTS_BEFORE = 300
const SECRET = 'whsec_backup_test_secret'
const RETRY_SCHEDULE = Array.from({ length: 20 }, () => 5)

const place = makeDataDir()
afterAll(() => place.remove())

interface DeliveryBody {
  event_id: string
  webhook_id: string
  state: string
}

interface RunBody {
  id: string
}

it('a copy made under load holds everything answered before, and a server on it takes up what is pending', async () => {
  const paths = {
    data: join(place.path, 'data'),
    copy: join(place.path, 'copy.db'),
    next: join(place.path, 'next'),
  }
  let recovered = false
  const receiver = await startReceiver(({ path }) => (path === '/steady' || recovered ? 200 : 503))
  const flags = ['--rate-limit', '1000000', '--log-level', 'error']
  const server = await startServer(paths.data, flags)
  const key = await makeKey(paths.data)
  const api = createApiClient(server.url, key)
  await api.post('/api/v1/workflows', {
    slug: 'load',
    name: 'Load',
    steps: [{ type: 'json-schema', config: { schema: {} } }],
  })
  const webhooks: string[] = []
  for (const path of ['/steady', '/down']) {
    const url = receiver.url + path
    const policy = { secret: SECRET, retry_schedule: RETRY_SCHEDULE, disable_after: 0 }
    const { id } = await api.post<{ id: string }>('/api/v1/webhooks', {
      url,
      events: ['run.completed'],
      ...policy,
    })
    webhooks.push(id)
  }

  const answered: RunBody[] = []
  let copied = false
  async function report(): Promise<void> {
    while (!copied) {
      answered.push(
        await api.post<RunBody>('/api/v1/orgs/default/workflows/load/results', { result: 'PASS' }),
      )
    }
  }
  const reporters = Array.from({ length: AT_ONCE }, report)
  await receiver.until((received) => received.length >= 2 * REPORTS_BEFORE, 60_000)
  const before = [...answered]
  const copy = await sealpost(['backup', paths.copy, '--data-dir', paths.data, '--json'])
  expect(copy).toMatchObject({ code: 0, stderr: '' })
  copied = true
  await Promise.all(reporters)
  expect(answered.length).toBeGreaterThan(before.length)
  await server.end('SIGKILL')

  mkdirSync(paths.next)
  copyFileSync(paths.copy, join(paths.next, 'sealpost.db'))
  copyFileSync(join(paths.data, 'secret.key'), join(paths.next, 'secret.key'))
  recovered = true
  const sentBefore = receiver.received.length
  const restored = await startServer(paths.next, flags)
  const client = createApiClient(restored.url, key)
  const runs = await readAll<RunBody>(client, '/api/v1/orgs/default/runs/')
  const deliveries = await eventually(
    () => readAll<DeliveryBody>(client, '/api/v1/deliveries'),
    (rows) => rows.every(({ state }) => state === 'delivered'),
    60_000,
  )
  const held = JSON.parse(copy.stdout) as { runs: number; deliveries: number }
  expect([runs.length, deliveries.length]).toEqual([held.runs, held.deliveries])

  const ids = new Set(runs.map(({ id }) => id))
  expect(before.filter(({ id }) => !ids.has(id))).toEqual([])
  const events = await readAll<{ id: string; run_id: string }>(client, '/api/v1/events?type=run.completed')
  expect(new Set(events.map(({ run_id }) => run_id))).toEqual(ids)
  const owed = events.flatMap(({ id }) => webhooks.map((webhook) => `${id} ${webhook}`))
  expect(deliveries.map(({ event_id, webhook_id }) => `${event_id} ${webhook_id}`).sort()).toEqual(
    owed.sort(),
  )

  const since = receiver.received.slice(sentBefore)
  expect(since.length).toBeGreaterThan(0)
  // The secret that they are signed with is sealed in the copy.
  const results = since.map((request) => verify(request, { secret: SECRET }))
  expect(results.filter(({ ok }) => !ok)).toEqual([])
  expect(await restored.end('SIGTERM')).toBe(0)
  await receiver.close()
}, 180_000)

/** Root may mount by itself; others where the system lets them be root in a namespace of their own. */
const mayMount = [['--mount'], ['--map-root-user', '--mount']].find(
  (flags) => spawnSync('unshare', [...flags, 'mount', '-t', 'tmpfs', 'tmpfs', place.path]).status === 0,
)

// Skipped where the system does not let us mount a small file system in a namespace.
it.skipIf(mayMount === undefined)('a disk without room for the copy is told of, and left empty', async () => {
  const [data, disk] = [join(place.path, 'small'), join(place.path, 'disk')]
  mkdirSync(disk)
  mkdirSync(data)
  await makeKey(data)
  const { size } = statSync(join(data, 'sealpost.db'))
  const onDisk = (bytes: number) => {
    const script =
      'mount -t tmpfs -o size="$1" tmpfs "$2" && "$3" "$4" backup "$2/copy.db" --data-dir "$5"; ls -A "$2"'
    const args = [String(bytes), disk, process.execPath, BIN, data]
    return spawnSync('unshare', [...(mayMount ?? []), 'sh', '-c', script, 'sh', ...args], {
      encoding: 'utf8',
    })
  }
  expect(onDisk(size / 2)).toMatchObject({
    stdout: '',
    stderr: expect.stringContaining('The copy takes') as string,
  })
  // Room for the copy, and none for what SQLite needs beside it while it writes.
  expect(onDisk(size)).toMatchObject({
    stdout: '',
    stderr: expect.stringContaining('no room left') as string,
  })
  expect(onDisk(2 * size)).toMatchObject({ stdout: 'copy.db\n' })
  expect(readdirSync(disk)).toEqual([])
})
