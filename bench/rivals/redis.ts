import { join } from 'node:path'
import { freePort } from '../lib/free-port.ts'
import { startProcess } from '../lib/process.ts'
import { makeWorkFolder } from '../lib/work-folder.ts'

/** How often what Redis has written is forced to the disk: about each second, or before each answer. */
export type AppendFsync = 'everysec' | 'always'

/** In place of a figure that would have needed it. */
export const NO_REDIS = 'skipped: no redis-server on the PATH'

export interface Redis {
  port: number
  /** Ends it and removes its data. */
  discard(): Promise<void>
}

/** An empty Redis of our own that writes an append-only file. */
export async function startRedis(appendFsync: AppendFsync): Promise<Redis> {
  const port = await freePort()
  const folder = makeWorkFolder('redis')
  const settings = {
    port: String(port),
    bind: '127.0.0.1',
    dir: folder.path,
    appendonly: 'yes',
    appendfsync: appendFsync,
    save: '',
    daemonize: 'no',
  }
  const args = Object.entries(settings).flatMap(([name, value]) => [`--${name}`, value])
  const server = startProcess({
    name: 'redis-server',
    command: 'redis-server',
    args,
    logFile: join(folder.path, 'redis.log'),
  })
  await server.says(/Ready to accept connections/)
  return {
    port,
    async discard() {
      await server.kill()
      folder.remove()
    },
  }
}
