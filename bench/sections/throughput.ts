import type { Bench, Section } from '../bench.ts'
import { driveClosedLoop, warmUp, type Target } from '../measure/drive.ts'
import { inRounds } from '../measure/rounds.ts'
import { median, type Bound, type Ratio, type Row } from '../report/result.ts'
import { installBullmq, withBullmq } from '../rivals/bullmq.ts'
import { measureLimit } from '../rivals/limit-client.ts'
import { NO_REDIS } from '../rivals/redis.ts'
import { withSealpost } from '../sealpost/sealpost.ts'

const FAN_OUTS = [1, 5, 20] as const
type FanOut = (typeof FAN_OUTS)[number]
const BATCH = 100

const NAMES = {
  limit: 'Limit: undici dispatch and HMAC alone',
  bullmq: 'Fastify + BullMQ + undici, fsync each second',
  bullmqAlways: 'The same, fsync before each answer',
  sealpost: 'Sealpost, an event a request',
  sealpostBatch: `Sealpost, ${BATCH} events a request`,
} as const
type Name = keyof typeof NAMES

/** Deliveries a second; what needs Redis is left out where there is none. */
type Rates = Partial<Record<Name, number>>

/** Of Sealpost, an event a request. */
const ASKED: Readonly<Record<FanOut, { bullmq?: Bound; limit?: Bound }>> = {
  1: { bullmq: { atLeast: 2.5 } },
  5: { bullmq: { atLeast: 4 }, limit: { atLeast: 0.35 } },
  20: { limit: { atLeast: 0.35 } },
}

/** Start, warm-up, load and drain, of the three that need no Redis and of those that do. */
const SECONDS_EACH = 7
const SECONDS_OF_ROUND = 9 * SECONDS_EACH
const SECONDS_OF_BULLMQ = 4 * SECONDS_EACH

export const throughput: Section = {
  name: 'throughput',
  title: 'Deliveries a second',
  seconds: ({ rounds }, { redis }) => rounds * (SECONDS_OF_ROUND + (redis === null ? 0 : SECONDS_OF_BULLMQ)),
  async run(bench) {
    if (bench.machine.redis !== null) installBullmq()
    const rounds = await inRounds(bench, async (say) => {
      const found = new Map<FanOut, Rates>()
      for (const fanOut of FAN_OUTS) {
        found.set(fanOut, await measureAt(bench, fanOut, (name) => say(lineOf(fanOut, name))))
      }
      return found
    })
    return FAN_OUTS.flatMap((fanOut) => {
      const ratesOf = (name: Name): number[] => rounds.flatMap((found) => found.get(fanOut)?.[name] ?? [])
      return rowsAt(fanOut, ratesOf)
    })
  },
}

/** They take turns, so that what else the machine does meets all of them. */
async function measureAt(bench: Bench, fanOut: FanOut, say: (name: Name) => void): Promise<Rates> {
  say('limit')
  const rates: Rates = { limit: await measureLimit(bench, fanOut) }

  if (bench.machine.redis !== null) {
    say('bullmq')
    const everySecond = { fanOut, appendFsync: 'everysec' } as const
    rates.bullmq = await withBullmq(bench, everySecond, (target) => rate(bench, target))
  }
  if (bench.machine.redis !== null && hasRow(fanOut, 'bullmqAlways')) {
    say('bullmqAlways')
    const always = { fanOut, appendFsync: 'always' } as const
    rates.bullmqAlways = await withBullmq(bench, always, (target) => rate(bench, target))
  }

  await withSealpost(bench, { fanOut }, async (sealpost) => {
    say('sealpost')
    rates.sealpost = await rate(bench, sealpost.target())
    say('sealpostBatch')
    rates.sealpostBatch = await rate(bench, sealpost.target({ eventsPerRequest: BATCH }))
  })
  return rates
}

async function rate(bench: Bench, target: Target): Promise<number> {
  await warmUp(bench, target)
  return (await driveClosedLoop(bench, target)).deliveriesPerSecond
}

function rowsAt(fanOut: FanOut, ratesOf: (name: Name) => number[]): Row[] {
  return (Object.keys(NAMES) as Name[])
    .filter((name) => hasRow(fanOut, name))
    .map((name): Row => {
      const row = { what: lineOf(fanOut, name), unit: 'deliveries/s', rounds: ratesOf(name) } as const
      if (row.rounds.length === 0) return { ...row, skipped: NO_REDIS }
      if (name !== 'sealpost' && name !== 'sealpostBatch') return row
      const asked = name === 'sealpost' ? ASKED[fanOut] : {}
      const compare = (to: string, other: 'bullmq' | 'limit'): Ratio[] => {
        const rates = ratesOf(other)
        const bound = asked[other]
        if (rates.length === 0) return []
        return [{ to, value: median(row.rounds) / median(rates), ...(bound && { asked: bound }) }]
      }
      return { ...row, ratios: [...compare('× BullMQ', 'bullmq'), ...compare('of the limit', 'limit')] }
    })
}

/** The slower Redis is looked at once: it tells the price of that promise, which does not change with the fan-out. */
function hasRow(fanOut: FanOut, name: Name): boolean {
  return name !== 'bullmqAlways' || fanOut === 1
}

function lineOf(fanOut: FanOut, name: Name): string {
  return `${fanOut} ${fanOut === 1 ? 'webhook' : 'webhooks'}: ${NAMES[name]}`
}
