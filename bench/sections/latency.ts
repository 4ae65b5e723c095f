import type { Bench, Section } from '../bench.ts'
import { driveSteadily, warmUp, type Flow, type Target } from '../measure/drive.ts'
import { inRounds } from '../measure/rounds.ts'
import type { Row } from '../report/result.ts'
import { installBullmq, withBullmq } from '../rivals/bullmq.ts'
import { NO_REDIS, type AppendFsync } from '../rivals/redis.ts'
import { withSealpost } from '../sealpost/sealpost.ts'

const SEALPOST = 'Sealpost'
const BULLMQ = 'Fastify + BullMQ + undici, fsync each second'
const BULLMQ_ALWAYS = 'The same, fsync before each answer'
const NAMES = [BULLMQ, BULLMQ_ALWAYS, SEALPOST] as const
const P99_MS_ASKED = 15

/** Starting and warming up each of the three. */
const SECONDS_BEFORE = 4

/** An open loop: events come when they come, and one that waits for its turn to be posted waits already. */
export const latency: Section = {
  name: 'latency',
  title: 'From the moment an event was due to be posted to its receipt, one webhook, steady rate',
  seconds: ({ rounds, steadySeconds }, { redis }) =>
    rounds * (redis === null ? 1 : 3) * (steadySeconds + SECONDS_BEFORE),
  async run(bench) {
    const { redis } = bench.machine
    if (redis !== null) installBullmq()
    const rounds = await inRounds(bench, async (say) => {
      const flows = new Map<string, Flow>()
      for (const name of NAMES) {
        if (name !== SEALPOST && redis === null) continue
        say(name)
        flows.set(name, await MEASURES[name](bench))
      }
      return flows
    })
    const rate = bench.scale.steadyEventsPerSecond
    return NAMES.flatMap((name): Row[] => {
      const flows = rounds.flatMap((found) => found.get(name) ?? [])
      const row = (figure: string, read: (flow: Flow) => number): Row => ({
        what: `${name}, ${rate} events/s, ${figure}`,
        unit: 'ms',
        rounds: flows.map(read),
        ...(flows.length === 0 && { skipped: NO_REDIS }),
      })
      const p99 = row('p99', ({ latency }) => latency.p99)
      return [
        row('p50', ({ latency }) => latency.p50),
        name === SEALPOST ? { ...p99, asked: { atMost: P99_MS_ASKED } } : p99,
        row('202 answered, p99', ({ answers }) => answers.p99),
      ]
    })
  },
}

const MEASURES: Readonly<Record<(typeof NAMES)[number], (bench: Bench) => Promise<Flow>>> = {
  [SEALPOST]: (bench) => withSealpost(bench, { fanOut: 1 }, (sealpost) => steadily(bench, sealpost.target())),
  [BULLMQ]: bullmq('everysec'),
  [BULLMQ_ALWAYS]: bullmq('always'),
}

function bullmq(appendFsync: AppendFsync) {
  return (bench: Bench): Promise<Flow> =>
    withBullmq(bench, { fanOut: 1, appendFsync }, (target) => steadily(bench, target))
}

async function steadily(bench: Bench, target: Target): Promise<Flow> {
  const { steadySeconds: seconds, steadyEventsPerSecond: rate } = bench.scale
  await warmUp(bench, target)
  return driveSteadily(bench, target, { seconds, rate })
}
