import { fileURLToPath } from 'node:url'
import { createApiClient, type ApiClient } from '../support/api-client.ts'
import {
  makeDataDir,
  makeKey,
  spawnServer,
  type Ending,
  type Launch,
  type ServerChild,
  type ServerProcess,
} from '../support/server-process.ts'
import { createFacts, type Facts } from './facts.ts'
import {
  CLOCK_OFFSET_VARIABLE,
  HURRY_VARIABLE,
  DISK_VARIABLE,
  KILL_POINT_VARIABLE,
  type Control,
  type KillPoint,
} from './preload/words.ts'
import { createReceivers, type Receivers } from './receivers.ts'

/** A data directory, the servers that come and go on it, its receivers, and what is known of all that happened. */
export interface World {
  readonly dataDir: string
  readonly receivers: Receivers
  readonly facts: Facts
  readonly key: string
  /** Starts a server and resolves when it listens. One at a time. */
  start(options?: StartOptions): Promise<ServerProcess>
  /** Starts a server that may end before it listens. */
  launch(options: StartOptions): ServerChild
  /** The API of the server that listens; waits while none does. */
  api(): Promise<ApiClient>
  /** SIGTERM; rejects unless the server that listens ends with 0. */
  stop(): Promise<void>
  /** SIGKILL. */
  kill(): Promise<void>
  /** Sets what `control.ts` holds in the server that listens. */
  control(control: Control): Promise<void>
  /** Ends what runs, and removes the data directory if it was made for this world. */
  close(): Promise<void>
}

export interface StartOptions {
  flags?: readonly string[]
  killPoint?: KillPoint
  /** Loads `control.ts`. */
  controlled?: boolean
  /** From the start on; implies `controlled`. */
  clockOffsetMs?: number
  /** See `control.ts`; implies `controlled`. */
  hurry?: string
  /** Loads `disk.ts`. */
  watchedDisk?: { dataDir: string }
  startMsMax?: number
  /** File descriptors that the server may have open. */
  descriptorsMax?: number
}

/** No limit on how often a load may ask, and no log line for each event. */
const FLAGS = ['--rate-limit', '10000000', '--log-level', 'error']

export async function openWorld(options: { dataDir?: string; scopes?: string } = {}): Promise<World> {
  const made = options.dataDir === undefined ? makeDataDir() : null
  const dataDir = options.dataDir ?? made?.path ?? ''
  const key = await makeKey(dataDir, [], options.scopes)
  const receivers = createReceivers()
  const facts = createFacts()
  /** Kept until a server has listened: callers wait for it, however many end before. */
  let listening = Promise.withResolvers<ApiClient>()
  let hasListened = false
  let running: ServerChild | null = null
  let clockOffsetMs = 0

  function launch(start: StartOptions): ServerChild {
    if (running !== null) throw new Error('one server at a time')
    if ((start.clockOffsetMs ?? 0) !== clockOffsetMs) setClock(start.clockOffsetMs ?? 0)
    const server = spawnServer(dataDir, [...FLAGS, ...(start.flags ?? [])], launchOf(start))
    running = server
    void server.ended.then(ended)
    server.listening.then(listens, () => undefined)
    return server
  }

  function listens(url: string): void {
    facts.outageEnds()
    hasListened = true
    listening.resolve(createApiClient(url, key))
  }

  function ended({ signal }: Ending): void {
    facts.outageBegins(signal === null ? 'stop' : 'crash')
    facts.logs.push(running?.output() ?? '')
    running = null
    if (hasListened) listening = Promise.withResolvers()
    hasListened = false
  }

  function setClock(offsetMs: number): void {
    facts.clockSteps.push({ at: Date.now(), byMs: offsetMs - clockOffsetMs })
    clockOffsetMs = offsetMs
  }

  return {
    dataDir,
    receivers,
    facts,
    key,
    async start(start = {}) {
      const server = launch(start)
      return { ...server, url: await server.listening }
    },
    launch,
    api: () => listening.promise,
    async stop() {
      const code = (await running?.end('SIGTERM')) ?? null
      if (code !== 0) throw new Error(`the server ended with ${String(code)} when told to stop`)
    },
    async kill() {
      await running?.end('SIGKILL')
    },
    async control(control) {
      if (control.clockOffsetMs !== undefined) setClock(control.clockOffsetMs)
      await running?.tell(control)
    },
    async close() {
      await running?.end('SIGKILL')
      await receivers.close()
      made?.remove()
    },
  }
}

/** A world for as long as `use` takes. */
export async function withWorld<Result>(use: (world: World) => Promise<Result>): Promise<Result> {
  const world = await openWorld()
  try {
    return await use(world)
  } finally {
    await world.close()
  }
}

export function launchOf(start: StartOptions): Launch {
  const watchedDisk = start.watchedDisk !== undefined
  const controlled =
    start.controlled === true || start.clockOffsetMs !== undefined || start.hurry !== undefined
  const environment: Record<string, string> = {
    ...(start.killPoint && { [KILL_POINT_VARIABLE]: JSON.stringify(start.killPoint) }),
    ...(start.clockOffsetMs !== undefined && { [CLOCK_OFFSET_VARIABLE]: String(start.clockOffsetMs) }),
    ...(start.watchedDisk && { [DISK_VARIABLE]: start.watchedDisk.dataDir }),
    ...(start.hurry !== undefined && { [HURRY_VARIABLE]: start.hurry }),
  }
  return {
    nodeFlags: [
      ...(start.killPoint === undefined ? [] : ['--import', preload('kill-point.ts')]),
      ...(controlled ? ['--import', preload('control.ts')] : []),
      ...(watchedDisk ? ['--import', preload('disk.ts')] : []),
    ],
    environment,
    channel: controlled || watchedDisk || start.killPoint?.waitsForArm === true,
    ...(start.startMsMax !== undefined && { startMsMax: start.startMsMax }),
    ...(start.descriptorsMax !== undefined && { descriptorsMax: start.descriptorsMax }),
  }
}

function preload(file: string): string {
  return fileURLToPath(new URL(`preload/${file}`, import.meta.url))
}
