import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const BIN = fileURLToPath(new URL('../../bin/sealpost.js', import.meta.url))
const START_MS_MAX = 20_000

/** The server as it ships, in a process of its own. */
export interface ServerProcess {
  url: string
  pid: number
  /** Everything it has written so far, both streams. */
  output(): string
  /** Sends the signal and resolves with the exit code (null when the signal ended it). */
  end(signal: 'SIGTERM' | 'SIGKILL'): Promise<number | null>
}

export interface CommandResult {
  code: number | null
  stdout: string
  stderr: string
}

export function makeDataDir(): { path: string; remove(): void } {
  const path = mkdtempSync(join(tmpdir(), 'sealpost-test-'))
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) }
}

/** Only what a server needs: no SEALPOST_ variable of the developer's reaches it. */
function cleanEnvironment(): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(([name]) => !name.startsWith('SEALPOST_'))
  return { ...Object.fromEntries(kept), NO_COLOR: '1' }
}

/** Runs a verb to its end. */
export async function sealpost(
  args: readonly string[],
  options: { cwd?: string } = {},
): Promise<CommandResult> {
  const child = spawn(process.execPath, [BIN, ...args], { env: cleanEnvironment(), ...options })
  let stdout = ''
  let stderr = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text))
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text))
  const [code] = (await once(child, 'close')) as [number | null]
  return { code, stdout, stderr }
}

/** Starts `sealpost serve` on a free port and waits until it says where it listens. */
export async function startServer(dataDir: string, flags: readonly string[] = []): Promise<ServerProcess> {
  const args = [
    'serve',
    '--port',
    '0',
    '--data-dir',
    dataDir,
    '--allow-http',
    '--allow-cidr',
    '127.0.0.0/8',
    ...flags,
  ]
  const child = spawn(process.execPath, [BIN, ...args], { env: cleanEnvironment() })
  const state = { output: '' }
  const url = await listeningUrl(child, state)
  return {
    url,
    pid: child.pid ?? 0,
    output: () => state.output,
    async end(signal) {
      if (child.exitCode !== null || child.signalCode !== null) return child.exitCode
      const ended = once(child, 'close') as Promise<[number | null]>
      child.kill(signal)
      return (await ended)[0]
    },
  }
}

function listeningUrl(child: ChildProcess, state: { output: string }): Promise<string> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      child.kill('SIGKILL')
      reject(new Error(`the server did not start:\n${state.output}`))
    }, START_MS_MAX)
    const read = (text: string): void => {
      state.output += text
      const found = /listens on (http:\/\/\S+)/.exec(state.output)?.[1]
      if (found === undefined) return
      clearTimeout(timer)
      resolve(found)
    }
    child.stdout?.setEncoding('utf8').on('data', read)
    child.stderr?.setEncoding('utf8').on('data', read)
    child.once('exit', (code) => {
      clearTimeout(timer)
      reject(new Error(`the server ended with ${String(code)}:\n${state.output}`))
    })
  })
}

/** Makes a key by the command line and answers it. */
export async function makeKey(dataDir: string, flags: readonly string[] = []): Promise<string> {
  const made = await sealpost([
    'keys',
    'create',
    '--name',
    'test',
    '--scopes',
    'admin',
    '--org',
    'default',
    '--json',
    '--data-dir',
    dataDir,
    ...flags,
  ])
  if (made.code !== 0) throw new Error(`keys create ended with ${String(made.code)}: ${made.stderr}`)
  return (JSON.parse(made.stdout) as { key: string }).key
}
