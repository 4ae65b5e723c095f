import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const BIN = fileURLToPath(new URL('../../bin/sealpost.js', import.meta.url))
/** Thirty times what it takes on a quiet machine. */
const START_MS_MAX = 60_000

/** How a process ended: one of the two is null. */
export interface Ending {
  code: number | null
  signal: NodeJS.Signals | null
}

/** A process of `sealpost serve`, which may not listen yet, or never will. */
export interface ServerChild {
  pid: number
  /** Resolves with its URL; rejects when it ends before it listens, or takes too long and is ended. */
  listening: Promise<string>
  ended: Promise<Ending>
  /** Everything it has written so far, both streams. */
  output(): string
  /** Sends the signal and resolves with the exit code (null when the signal ended it). */
  end(signal: 'SIGTERM' | 'SIGKILL'): Promise<number | null>
  /** Tells what `nodeFlags` loaded into it, and resolves with its answer. Only with `channel`. */
  tell(message: object): Promise<unknown>
}

/** The server as it ships, in a process of its own. */
export interface ServerProcess extends ServerChild {
  url: string
}

/** How a server is started, beside its settings. */
export interface Launch {
  /** Flags of Node itself, such as `--import`. */
  nodeFlags?: readonly string[]
  environment?: Readonly<Record<string, string>>
  /** Opens a channel for `tell`. */
  channel?: boolean
  startMsMax?: number
  /** Nothing is allowed that an operator has to allow: neither plain http nor loopback. */
  closed?: boolean
  /** File descriptors that the process may have open. */
  descriptorsMax?: number
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
export async function startServer(
  dataDir: string,
  flags: readonly string[] = [],
  launch: Launch = {},
): Promise<ServerProcess> {
  const server = spawnServer(dataDir, flags, launch)
  return { ...server, url: await server.listening }
}

/** Starts `sealpost serve` on a free port. */
export function spawnServer(
  dataDir: string,
  flags: readonly string[] = [],
  launch: Launch = {},
): ServerChild {
  const allowing = launch.closed === true ? [] : ['--allow-http', '--allow-cidr', '127.0.0.0/8']
  const serve = ['serve', '--port', '0', '--data-dir', dataDir, ...allowing]
  const command = [process.execPath, ...(launch.nodeFlags ?? []), BIN, ...serve, ...flags]
  const [program = '', ...args] = [...limited(launch), ...command]
  const child = spawn(program, args, {
    env: { ...cleanEnvironment(), ...launch.environment },
    stdio: launch.channel === true ? ['ignore', 'pipe', 'pipe', 'ipc'] : ['ignore', 'pipe', 'pipe'],
  })
  const state = { output: '' }
  const ended = new Promise<Ending>((resolve) => {
    child.once('close', (code, signal) => resolve({ code, signal }))
  })
  const listening = listeningUrl(child, state, launch.startMsMax ?? START_MS_MAX)
  // Who starts a server that is to die first never asks for it.
  listening.catch(() => undefined)
  return {
    pid: child.pid ?? 0,
    listening,
    ended,
    output: () => state.output,
    async end(signal) {
      child.kill(signal)
      return (await ended).code
    },
    async tell(message) {
      const answered = once(child, 'message')
      child.send(message)
      return ((await answered) as unknown[])[0]
    },
  }
}

/** Node raises the soft limit to the hard one when it starts, so both are set; `exec` keeps the process's id. */
function limited({ descriptorsMax }: Launch): string[] {
  return descriptorsMax === undefined
    ? []
    : ['sh', '-c', `ulimit -n ${descriptorsMax} && exec "$@"`, 'limited']
}

function listeningUrl(child: ChildProcess, state: { output: string }, startMsMax: number): Promise<string> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      child.kill('SIGKILL')
      reject(new Error(`the server did not start:\n${state.output}`))
    }, startMsMax)
    let found: string | undefined
    const read = (text: string): void => {
      state.output += text
      found ??= /listens on (http:\/\/\S+)/.exec(state.output)?.[1]
      if (found === undefined) return
      clearTimeout(timer)
      resolve(found)
    }
    child.stdout?.setEncoding('utf8').on('data', read)
    child.stderr?.setEncoding('utf8').on('data', read)
    child.once('exit', (code, signal) => {
      clearTimeout(timer)
      reject(new Error(`the server ended with ${String(code ?? signal)}:\n${state.output}`))
    })
  })
}

/** Makes a key by the command line and answers it. */
export async function makeKey(
  dataDir: string,
  flags: readonly string[] = [],
  scopes = 'admin',
): Promise<string> {
  const made = await sealpost([
    'keys',
    'create',
    '--name',
    'test',
    '--scopes',
    scopes,
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
