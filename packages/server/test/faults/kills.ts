import { watch } from 'node:fs'
import { join } from 'node:path'
import type { Random } from '../../src/core/random.ts'
import { eventually } from '../support/eventually.ts'
import type { ServerProcess } from '../support/server-process.ts'
import type { Load } from './load.ts'
import type { KillPoint } from './preload/words.ts'
import type { Behaviour } from './receivers.ts'
import type { World } from './world.ts'

/** A moment at which a server is killed with SIGKILL. */
export interface Kill {
  name: string
  moment:
    /** Inside the process, at an exact point of its work with the database. How far it gets is drawn each time. */
    | { kind: 'under load'; point: (random: Random) => KillPoint }
    /** The same, before it listens. */
    | { kind: 'at start'; point: KillPoint }
    /** What an observer outside sees; resolves when the moment has come. */
    | { kind: 'from outside'; see: (scene: Scene, random: Random) => Promise<unknown> }
}

export interface Scene {
  world: World
  server: ServerProcess
  load: Load
}

/** How long any moment may take to come under load. */
export const MOMENT_MS_MAX = 240_000
/** Arrivals after which a kill at random comes at the latest. */
const RANDOM_ARRIVALS_MAX = 1_000

const EVENT = 'INSERT INTO events'
const DELIVERY = 'INSERT INTO deliveries'
const ATTEMPT = 'INSERT INTO attempts'
const CLAIM = 'UPDATE deliveries SET leased_at'
const WEBHOOK = 'UPDATE webhooks SET'

export const NAMED_KILLS: readonly Kill[] = [
  underLoad('deliveries of an event being written', DELIVERY, 'statement', [100, 1_000]),
  underLoad('event written, not committed', EVENT, 'before commit', [20, 100]),
  underLoad('event committed, its caller not answered', EVENT, 'after commit', [20, 100]),
  fromOutside('caller has its 2xx', ({ load }) => load.nextAnswer()),
  underLoad('claimed, not committed', CLAIM, 'before commit', [5, 15]),
  underLoad('claim committed, nothing sent', CLAIM, 'after commit', [5, 15]),
  fromOutside('first bytes of a request at its receiver', ({ world: { receivers } }) =>
    receivers.next(undefined, 'head'),
  ),
  fromOutside('request whole at its receiver, not answered', ({ world: { receivers } }) =>
    receivers.next((name) => name === 'slow'),
  ),
  underLoad('receiver answered, result not written', ATTEMPT, 'before commit', [40, 150]),
  underLoad('results being written', ATTEMPT, 'statement', [100, 1_000]),
  underLoad('result committed, nobody told', ATTEMPT, 'after commit', [40, 150]),
  underLoad('webhook changed, not committed', WEBHOOK, 'before commit', [5, 15]),
  underLoad('change of a webhook committed, its owner not answered', WEBHOOK, 'after commit', [5, 15]),
  fromOutside('write-ahead log being copied into the database', ({ world: { dataDir } }) =>
    nextChange(join(dataDir, 'sealpost.db')),
  ),
  fromOutside('draining', draining),
  atStart('recovery of leases being written', { sql: ATTEMPT, at: 'statement', count: 5 }),
  atStart('recovery of leases not committed', { sql: ATTEMPT, at: 'before commit', count: 1 }),
  atStart('recovery of leases committed', { sql: ATTEMPT, at: 'after commit', count: 1 }),
]

/** No moment in particular: after so many requests have arrived. */
export const RANDOM_KILL: Kill = fromOutside('random', async ({ world: { receivers } }, random) => {
  const wanted = receivers.arrivals.length + Math.floor(random.fraction() * RANDOM_ARRIVALS_MAX)
  await receivers.until(() => receivers.arrivals.length >= wanted, MOMENT_MS_MAX)
})

type Range = readonly [min: number, max: number]

function underLoad(name: string, sql: string, at: KillPoint['at'], [min, max]: Range): Kill {
  const point = (random: Random): KillPoint => {
    const count = min + Math.floor(random.fraction() * (max - min + 1))
    return { sql, at, count, waitsForArm: true }
  }
  return { name, moment: { kind: 'under load', point } }
}

function atStart(name: string, point: KillPoint): Kill {
  return { name, moment: { kind: 'at start', point } }
}

function fromOutside(name: string, see: (scene: Scene, random: Random) => Promise<unknown>): Kill {
  return { name, moment: { kind: 'from outside', see } }
}

/** A database with a write-ahead log is itself written only while the log is copied into it. */
function nextChange(path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const watcher = watch(path, () => end(resolve))
    const timer = setTimeout(() => end(() => reject(new Error(`${path} did not change`))), MOMENT_MS_MAX)
    function end(settle: () => void): void {
      clearTimeout(timer)
      watcher.close()
      settle()
    }
  })
}

/** Told to stop, and waiting for a request that its receiver does not answer. */
async function draining({ world: { receivers }, server }: Scene): Promise<void> {
  receivers.behave('slow', () => 'hold')
  await receivers.next((name) => name === 'slow')
  process.kill(server.pid, 'SIGTERM')
  const readiness = (): Promise<number> => fetch(`${server.url}/readyz`).then(({ status }) => status)
  await eventually(readiness, (status) => status === 503)
  receivers.behave('slow', answerSlowly)
}

/** What the receiver `slow` does: there is nearly always a request of it in flight. */
export const answerSlowly: Behaviour = () => ({ status: 200, afterMs: 100 })
