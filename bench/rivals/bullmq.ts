import { spawnSync } from 'node:child_process'
import { existsSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Bench } from '../bench.ts'
import { startProcess } from '../lib/process.ts'
import { makeWorkFolder } from '../lib/work-folder.ts'
import { eventBody, eventType } from '../load/event-text.ts'
import { requestText } from '../load/request-template.ts'
import type { Target } from '../measure/drive.ts'
import { startRedis, type AppendFsync } from './redis.ts'

const FOLDER = fileURLToPath(new URL('bullmq/', import.meta.url))

/** Its packages are no part of the project's: they are fetched when the rival is to run. Throws when they cannot be. */
export function installBullmq(): void {
  const installed = join(FOLDER, 'node_modules', '.package-lock.json')
  const lock = join(FOLDER, 'package-lock.json')
  if (existsSync(installed) && statSync(installed).mtimeMs >= statSync(lock).mtimeMs) return
  const { status } = spawnSync('npm', ['ci', '--loglevel=error'], { cwd: FOLDER, stdio: 'inherit' })
  if (status !== 0) throw new Error('npm ci in bench/rivals/bullmq failed; see above.')
}

/** Fastify, BullMQ and undici on a Redis of their own, for as long as `use` takes. */
export async function withBullmq<Result>(
  { tools }: Bench,
  { fanOut, appendFsync }: { fanOut: number; appendFsync: AppendFsync },
  use: (target: Target) => Promise<Result>,
): Promise<Result> {
  const redis = await startRedis(appendFsync)
  const folder = makeWorkFolder('bullmq')
  const configuration = {
    redisPort: redis.port,
    webhooks: Array.from({ length: fanOut }, (_, number) => tools.receiverUrl(number)),
    secretBase64: tools.secret.base64,
  }
  const server = startProcess({
    name: 'The BullMQ sender',
    command: process.execPath,
    args: [join(FOLDER, 'server.mjs'), JSON.stringify(configuration)],
    logFile: join(folder.path, 'bullmq.log'),
  })
  try {
    const port = Number(await server.says(/listens on port (\d+)/))
    return await use({
      name: `BullMQ, fsync ${appendFsync}`,
      port,
      request: requestText({ path: '/events', headers: {}, body: eventBody(eventType(1)) }),
      fanOut,
    })
  } finally {
    await server.kill()
    await redis.discard()
    folder.remove()
  }
}
