import { makeDataDir, spawnServer } from '../../support/server-process.ts'
import { prepareIngest } from '../ingest.ts'
import { concludeAtRest } from '../judge.ts'
import { reportAll } from '../load.ts'
import { createOwner } from '../owner.ts'
import type { KillPoint } from '../preload/words.ts'
import { nothingPending } from '../rest.ts'
import type { Outcome, Scenario, Setting } from '../scenario.ts'
import { launchOf, openWorld } from '../world.ts'

export const firstStart: Scenario = {
  name: 'first-start',
  what: 'kill -9 while a data directory is made: the next start makes what is missing',
  run: startOver,
}

const TABLES_MADE: KillPoint = { sql: 'CREATE TABLE', at: 'statement', count: 1 }
const ORGANIZATION_MADE: KillPoint = { sql: 'INSERT INTO organizations', at: 'before commit', count: 1 }
const POINTS: Record<Setting['size'], readonly KillPoint[]> = {
  slice: [TABLES_MADE, ORGANIZATION_MADE],
  full: [
    { sql: 'PRAGMA journal_mode', at: 'statement', count: 1 },
    TABLES_MADE,
    { sql: 'PRAGMA user_version = ', at: 'statement', count: 1 },
    ORGANIZATION_MADE,
    { ...ORGANIZATION_MADE, at: 'after commit' },
  ],
}
const REPORTS = 20

async function startOver({ size, seed, progress }: Setting): Promise<Outcome> {
  const dataDir = makeDataDir()
  const violations: string[] = []
  for (const point of POINTS[size]) {
    progress(`${point.sql} (${point.at})`)
    const { signal } = await spawnServer(dataDir.path, [], launchOf({ killPoint: point })).ended
    if (signal !== 'SIGKILL') violations.push(`${point.sql} (${point.at}) was not reached`)
  }
  const world = await openWorld({ dataDir: dataDir.path })
  try {
    await world.start()
    await prepareIngest(await world.api())
    await createOwner(world).create('steady')
    await reportAll(world, REPORTS)
    await nothingPending(world)
    await world.stop()
    const conclusion = await concludeAtRest(world, `first start, seed ${seed}`)
    return {
      figures: { kills: POINTS[size].length, deliveries: conclusion.rows.deliveries.length },
      violations: [...violations, ...conclusion.violations],
    }
  } finally {
    await world.close()
    dataDir.remove()
  }
}
