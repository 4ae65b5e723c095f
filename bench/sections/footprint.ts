import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import type { Bench, Section } from '../bench.ts'
import { residentMegabytes } from '../lib/resident.ts'
import { wait } from '../lib/wait.ts'
import { driveClosedLoop } from '../measure/drive.ts'
import { inRounds } from '../measure/rounds.ts'
import type { IngestOptions } from '../sealpost/api.ts'
import { withSealpost, type Sealpost } from '../sealpost/sealpost.ts'

/** What an idle server has settled down to. */
const IDLE_MS = 1_000
const LOOK_MS = 100

const START_MS_ASKED = 700
const IDLE_MEGABYTES_ASKED = 120
const BYTES_ASKED = 1_200

export const footprint: Section = {
  name: 'footprint',
  title: 'Start, memory and disk, one webhook',
  seconds: ({ starts, rounds, loadSeconds }) => 2 + starts * 2 + rounds * 2 * (loadSeconds + 3),
  run: (bench) =>
    withSealpost(bench, { fanOut: 1 }, async (sealpost) => {
      const started = await startAgain(bench, sealpost)
      await sealpost.stop()
      const loaded = await inRounds(bench, async (say) => {
        say('memory and disk under full load')
        return {
          plain: await loadFully(bench, sealpost, { idempotent: false }),
          keyed: await loadFully(bench, sealpost, { idempotent: true }),
        }
      })
      return [
        {
          what: 'From starting the process to /readyz',
          unit: 'ms',
          rounds: started.map(({ startMs }) => startMs),
          asked: { atMost: START_MS_ASKED },
        },
        {
          what: 'Memory when idle',
          unit: 'MB',
          rounds: started.map(({ megabytes }) => megabytes),
          asked: { atMost: IDLE_MEGABYTES_ASKED },
        },
        {
          what: 'Most memory under full load',
          unit: 'MB',
          rounds: loaded.map(({ keyed }) => keyed.megabytesMost),
        },
        {
          what: 'On disk for each delivered event',
          unit: 'bytes',
          rounds: loaded.map(({ plain }) => plain.bytesPerEvent),
          asked: { atMost: BYTES_ASKED },
        },
        {
          what: 'The same for events posted under an Idempotency-Key, within 24 hours',
          unit: 'bytes',
          rounds: loaded.map(({ keyed }) => keyed.bytesPerEvent),
        },
      ]
    }),
}

async function startAgain(
  { scale, progress }: Bench,
  sealpost: Sealpost,
): Promise<{ startMs: number; megabytes: number }[]> {
  const found = []
  for (let start = 0; start < scale.starts; start++) {
    progress(`start ${start + 1} of ${scale.starts}`)
    await sealpost.stop()
    const { startMs, pid } = await sealpost.start()
    await wait(IDLE_MS)
    found.push({ startMs, megabytes: residentMegabytes(pid) })
  }
  return found
}

/** Both sizes are of a server that has stopped, and so has written its log back into the database. */
async function loadFully(
  bench: Bench,
  sealpost: Sealpost,
  options: IngestOptions,
): Promise<{ megabytesMost: number; bytesPerEvent: number }> {
  const before = bytesIn(sealpost.dataDir)
  const { pid } = await sealpost.start()

  let megabytesMost = 0
  const look = setInterval(() => (megabytesMost = Math.max(megabytesMost, residentMegabytes(pid))), LOOK_MS)
  const { accepted } = await driveClosedLoop(bench, sealpost.target(options))
  clearInterval(look)

  await sealpost.stop()
  return { megabytesMost, bytesPerEvent: (bytesIn(sealpost.dataDir) - before) / accepted }
}

function bytesIn(folder: string): number {
  return readdirSync(folder).reduce((sum, name) => sum + statSync(join(folder, name)).size, 0)
}
