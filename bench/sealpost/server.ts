import { spawnSync } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { mkdirSync } from 'node:fs'
import { get, type IncomingMessage } from 'node:http'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { startProcess, type RunningProcess } from '../lib/process.ts'
import { sharedMicroseconds } from '../lib/shared-clock.ts'

/** `sealpost serve` as a user starts it: from its executable, on a data directory, with its default durability. */
export interface SealpostServer extends RunningProcess {
  port: number
  /** On the shared clock, microseconds: when its process was started. */
  spawnedAt: number
  /** From then until `/readyz` answered 200. */
  startMs: number
}

const EXECUTABLE = fileURLToPath(new URL('../../packages/server/bin/sealpost.js', import.meta.url))

/**
 * What differs from the defaults: receivers on this machine are allowed, one key may make all the requests, and the
 * log goes to a file.
 */
const FLAGS = ['--allow-http', '--allow-cidr', '127.0.0.0/8', '--rate-limit', '10000000']

export async function startServer(dataDir: string): Promise<SealpostServer> {
  // A log of each start, so that the last line of an earlier one is not taken for this one's.
  const logFile = join(dataDir, '..', `sealpost-${randomUUID()}.log`)
  const spawnedAt = sharedMicroseconds()
  const server = startProcess({
    name: 'sealpost serve',
    command: process.execPath,
    args: [EXECUTABLE, 'serve', '--port', '0', '--data-dir', dataDir, ...FLAGS],
    logFile,
    environment: cleanEnvironment(),
  })
  const port = Number(await server.says(/Sealpost listens on http:\/\/127\.0\.0\.1:(\d+)/))
  await ready(port)
  return { ...server, port, spawnedAt, startMs: (sharedMicroseconds() - spawnedAt) / 1_000 }
}

/** Makes `folder`/data with an API key in it. */
export function makeDataDirectory(folder: string): { dataDir: string; key: string } {
  const dataDir = join(folder, 'data')
  mkdirSync(dataDir)
  const words = [
    'keys',
    'create',
    '--name',
    'bench',
    '--scopes',
    'admin,operator',
    '--org',
    'default',
    '--json',
  ]
  const args = [EXECUTABLE, ...words, '--data-dir', dataDir]
  const made = spawnSync(process.execPath, args, { encoding: 'utf8', env: cleanEnvironment() })
  if (made.status !== 0) throw new Error(`sealpost keys create: ${made.stderr}`)
  return { dataDir, key: (JSON.parse(made.stdout) as { key: string }).key }
}

/** No setting of the developer's reaches the server. */
function cleanEnvironment(): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(([name]) => !name.startsWith('SEALPOST_'))
  return { ...Object.fromEntries(kept), NO_COLOR: '1' }
}

/** Rejects when the server that listens is not ready. */
async function ready(port: number): Promise<void> {
  const request = get({ port, host: '127.0.0.1', path: '/readyz', agent: false })
  const [{ statusCode }] = (await once(request, 'response')) as [IncomingMessage]
  if (statusCode !== 200) throw new Error(`/readyz answered ${String(statusCode)}.`)
}
