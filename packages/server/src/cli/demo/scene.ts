import { mkdtemp, rm } from 'node:fs/promises'
import { createServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { settingsWith } from '../../config/load.ts'
import type { Settings } from '../../config/settings.ts'
import { DEFAULT_ORGANIZATION } from '../../identity/bootstrap.ts'
import { issueKey } from '../../identity/api-key.ts'
import { organizationNamed, withStoreOf } from '../with-store.ts'
import { startSite, type Site } from './site.ts'
import { startReceivers, type Arrival, type Receivers } from './receivers.ts'

/** Everything the demo starts: a real server on data of its own, and the programs that hear from it. */
export interface Scene {
  url: string
  dataDir: string
  /** May make organizations. */
  operatorKey: string
  receivers: Receivers
  site: Site
  /** Ends all of it and removes its data. */
  close(): Promise<void>
}

export async function openScene(onArrival: (arrival: Arrival) => void): Promise<Scene> {
  const dataDir = await mkdtemp(join(tmpdir(), 'sealpost-demo-'))
  const closers: (() => Promise<void>)[] = [() => rm(dataDir, { recursive: true, force: true })]
  const close = async (): Promise<void> => {
    for (const closer of closers.splice(0).reverse()) await closer()
  }
  try {
    const settings = demoSettings(dataDir, await freePort())
    const operatorKey = await createOperatorKey(settings)
    const receivers = await startReceivers(onArrival)
    closers.push(() => receivers.close())
    const site = await startSite()
    closers.push(() => site.close())
    const { serve } = await import('../../main.ts')
    const server = await serve(settings)
    closers.push(() => server.stop())
    return { url: server.url, dataDir, operatorKey, receivers, site, close }
  } catch (error) {
    await close()
    throw error
  }
}

/** As shipped, but for the loopback addresses of its receivers, and logs that leave the story readable. */
function demoSettings(dataDir: string, port: number): Settings {
  const machine = { workingDirectory: dataDir, parallelism: 2 }
  return settingsWith(
    { dataDir, port, allowHttp: true, allowCidr: ['127.0.0.0/8'], logLevel: 'error' },
    machine,
  )
}

/** What `sealpost keys create --scopes operator` does. */
function createOperatorKey(settings: Settings): Promise<string> {
  return withStoreOf(settings, async ({ store, ids, clock, random }) => {
    const { id: organizationId } = await organizationNamed(store, DEFAULT_ORGANIZATION)
    const wanted = { id: ids.make('key'), organizationId, name: 'demo', expiresAt: null, now: clock.now() }
    const { key, row } = issueKey({ ...wanted, scopes: ['operator'] }, random)
    await store.keys.create(row)
    return key
  })
}

/** The links in webhooks need the port before the server listens on it. */
function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer()
    probe.once('error', reject)
    probe.listen(0, '127.0.0.1', () => {
      const { port } = probe.address() as AddressInfo
      probe.close(() => resolve(port))
    })
  })
}
