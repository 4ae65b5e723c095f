import type { Bench, Section } from '../bench.ts'
import { eachOf } from '../lib/each-of.ts'
import { startRemote } from '../lib/remote.ts'
import { eventType } from '../load/event-text.ts'
import { driveClosedLoop, warmUp } from '../measure/drive.ts'
import { inRounds } from '../measure/rounds.ts'
import { formatCount } from '../report/format.ts'
import { median, type Row } from '../report/result.ts'
import type { FillCalls } from '../sealpost/fill-backlog.ts'
import { withSealpost, type Sealpost } from '../sealpost/sealpost.ts'

const HOUR_MS = 3_600_000
/** The backlog is owed to a hundred webhooks, each event to ten of them. */
const FAN_OUT = 10
const GROUPS = 10
const REQUESTS_AT_ONCE = 16

/** What a start with due work is watched for, or until all of it is delivered. */
const ARRIVALS_WATCHED = 30_000
const STALL_MS = 60_000

const SHARE_ASKED = 0.9
const FIRST_SECONDS_ASKED = 2
const ROWS_MADE_PER_SECOND = 20_000

export const backlog: Section = {
  name: 'backlog',
  title: 'With pending deliveries in the store',
  seconds: ({ pendingRows, rounds, warmUpSeconds, loadSeconds }) =>
    (2 * pendingRows) / ROWS_MADE_PER_SECOND + rounds * (2 * (warmUpSeconds + loadSeconds + 2) + 6),
  run: (bench) =>
    withSealpost(bench, { fanOut: 1 }, async (empty) => {
      await subscribeToBacklog(bench, empty)
      await empty.stop()
      return [
        ...(await empty.withCopy((full) => besideRetries(bench, empty, full))),
        ...(await empty.withCopy((full) => dueAtStart(bench, full))),
      ]
    }),
}

/** Fresh events, while what is pending are retries of an hour from now. */
async function besideRetries(bench: Bench, empty: Sealpost, full: Sealpost): Promise<Row[]> {
  const pending = formatCount(bench.scale.pendingRows)
  await fillBacklog(bench, full, HOUR_MS)
  const rounds = await inRounds(bench, async (say) => {
    say('fresh events, nothing pending')
    const onEmpty = await startAndDrive(bench, empty)
    say(`fresh events, ${pending} pending`)
    return { onEmpty, onFull: await startAndDrive(bench, full) }
  })
  const emptyRates = rounds.map(({ onEmpty }) => onEmpty.rate)
  const fullRates = rounds.map(({ onFull }) => onFull.rate)
  const share = median(fullRates) / median(emptyRates)
  return [
    { what: 'Fresh events, one webhook, nothing pending', unit: 'deliveries/s', rounds: emptyRates },
    {
      what: `Fresh events, one webhook, ${pending} pending`,
      unit: 'deliveries/s',
      rounds: fullRates,
      ratios: [{ to: 'of the empty rate', value: share, asked: { atLeast: SHARE_ASKED } }],
    },
    {
      what: `Start with ${pending} pending, to /readyz`,
      unit: 'ms',
      rounds: rounds.map(({ onFull }) => onFull.startMs),
    },
  ]
}

/** The server is stopped before and after. */
async function startAndDrive(bench: Bench, sealpost: Sealpost): Promise<{ startMs: number; rate: number }> {
  const { startMs } = await sealpost.start()
  const target = sealpost.target()
  await warmUp(bench, target)
  const { deliveriesPerSecond } = await driveClosedLoop(bench, target)
  await sealpost.stop()
  return { startMs, rate: deliveriesPerSecond }
}

/** All of it is due when the server starts, and the receivers answer. */
async function dueAtStart(bench: Bench, full: Sealpost): Promise<Row[]> {
  const { tools, scale, checks } = bench
  const first = tools.nextEvent
  await fillBacklog(bench, full, 0)
  let left = scale.pendingRows
  const rounds = await inRounds(bench, async (say, round) => {
    say(`start with ${formatCount(left)} deliveries due`)
    await tools.sink.call('watch', { fanOut: FAN_OUT, groups: GROUPS, first, continues: round > 0 })
    const { spawnedAt, startMs } = await full.start()
    const unique = Math.min(left, ARRIVALS_WATCHED)
    const arrivals = await tools.sink.call('settled', { unique, stallMs: STALL_MS })
    await full.stop()
    // What was in flight went on arriving until the server had stopped.
    const final = await tools.sink.call('settled', { unique: 0, stallMs: 0 })
    left -= final.unique
    checks.backlog('Work due at start', unique, final)
    return {
      startMs,
      firstSeconds: (arrivals.firstAt - spawnedAt) / 1e6,
      rate: (arrivals.unique / (arrivals.lastAt - arrivals.firstAt)) * 1e6,
    }
  })
  const what = `${formatCount(scale.pendingRows)} due at start`
  return [
    { what: `${what}: to /readyz`, unit: 'ms', rounds: rounds.map(({ startMs }) => startMs) },
    {
      what: `${what}: from starting the process to the first delivery`,
      unit: 's',
      rounds: rounds.map(({ firstSeconds }) => firstSeconds),
      asked: { atMost: FIRST_SECONDS_ASKED },
    },
    {
      what: `${what}: delivered from the store`,
      unit: 'deliveries/s',
      rounds: rounds.map((found) => found.rate),
    },
  ]
}

async function subscribeToBacklog({ tools }: Bench, { api }: Sealpost): Promise<void> {
  for (let group = 0; group < GROUPS; group++) await api.declareType(eventType(GROUPS, group))
  const numbers = Array.from({ length: GROUPS * FAN_OUT }, (_, number) => number)
  await eachOf(numbers, REQUESTS_AT_ONCE, (number) =>
    api.createWebhook({
      url: tools.receiverUrl(number),
      events: [eventType(GROUPS, Math.floor(number / FAN_OUT))],
    }),
  )
}

async function fillBacklog(
  { tools, scale, progress }: Bench,
  { dataDir }: Sealpost,
  dueInMs: number,
): Promise<void> {
  progress(`making ${formatCount(scale.pendingRows)} pending deliveries`)
  const filler = startRemote<FillCalls>(new URL('../sealpost/fill-backlog.ts', import.meta.url))
  const events = scale.pendingRows / FAN_OUT
  const made = await filler.call('fill', { dataDir, first: tools.nextEvent, events, groups: GROUPS, dueInMs })
  filler.end()
  tools.nextEvent += events
  if (made !== scale.pendingRows) throw new Error(`${made} deliveries were made, not ${scale.pendingRows}.`)
}
