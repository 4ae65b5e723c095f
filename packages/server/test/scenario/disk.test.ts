import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { launchOf } from '../faults/world.ts'
import { createApiClient } from '../support/api-client.ts'
import { eventually } from '../support/eventually.ts'
import { startReceiver, type Receiver } from '../support/receiver.ts'
import { makeDataDir, makeKey, startServer, type ServerProcess } from '../support/server-process.ts'

const RESULTS = '/api/v1/orgs/default/workflows/load/results'
/** More than any answer takes that does not wait for the disk. */
const TURNS = 200

let dataDir: ReturnType<typeof makeDataDir>
let receiver: Receiver
let server: ServerProcess
let key = ''

beforeEach(async () => {
  dataDir = makeDataDir()
  receiver = await startReceiver()
  key = await makeKey(dataDir.path)
  server = await start()
  const api = createApiClient(server.url, key)
  await api.post('/api/v1/workflows', {
    slug: 'load',
    name: 'Load',
    steps: [{ type: 'json-schema', config: { schema: {} } }],
  })
  await api.post('/api/v1/webhooks', { url: receiver.url, events: ['run.completed'] })
})
afterEach(async () => {
  await server.end('SIGKILL')
  await receiver.close()
  dataDir.remove()
})

function start(): Promise<ServerProcess> {
  return startServer(
    dataDir.path,
    ['--log-level', 'error'],
    launchOf({ watchedDisk: { dataDir: dataDir.path } }),
  )
}

/** Lets the server's event loop go round. */
async function turns(disk: 'hangs'): Promise<void> {
  for (let turn = 0; turn < TURNS; turn++) await server.tell({ disk })
}

function storedRuns(): number {
  const database = new DatabaseSync(join(dataDir.path, 'sealpost.db'), { readOnly: true, timeout: 5_000 })
  try {
    return Number(database.prepare('SELECT count(*) AS count FROM runs').get()?.['count'])
  } finally {
    database.close()
  }
}

it('while the disk takes its time, nobody is told and nothing is sent of what is not on it', async () => {
  const api = createApiClient(server.url, key)
  await server.tell({ disk: 'hangs' })
  const answers: string[] = []
  const posted = api.post(RESULTS, { result: 'PASS' }).then(() => answers.push('posted'))
  await eventually(
    async () => storedRuns(),
    (count) => count === 1,
  )
  const read = api.get('/api/v1/orgs/default/runs/').then(() => answers.push('read'))
  await turns('hangs')
  expect(answers).toEqual([])
  expect(receiver.received).toEqual([])

  await server.tell({ disk: 'well' })
  await Promise.all([posted, read])
  await receiver.until((received) => received.length === 1)
  expect(answers.toSorted()).toEqual(['posted', 'read'])
})

it('when the disk fails the server tells nobody that it stored anything, says why and ends; the next one goes on', async () => {
  await server.tell({ disk: 'fails' })
  await expect(createApiClient(server.url, key).post(RESULTS, { result: 'PASS' })).rejects.toThrow()
  expect(await server.ended).toEqual({ code: 1, signal: null })
  expect(server.output()).toContain('the disk did not keep what was written to it')
  expect(server.output()).toContain('EIO')
  expect(receiver.received).toEqual([])

  server = await start()
  const api = createApiClient(server.url, key)
  await api.post(RESULTS, { result: 'PASS' })
  // With what the first may have stored.
  const { data } = await api.get<{ data: unknown[] }>('/api/v1/orgs/default/runs/')
  await receiver.until((received) => received.length === data.length)
})
