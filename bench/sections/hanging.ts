import type { Section } from '../bench.ts'
import { driveSteadily, type Flow } from '../measure/drive.ts'
import { inRounds } from '../measure/rounds.ts'
import { median, type Row } from '../report/result.ts'
import { withSealpost, type Sealpost } from '../sealpost/sealpost.ts'

const FAN_OUT = 10
const HANGING = 3
const FACTOR_ASKED = 2

/**
 * Three of ten webhooks take every request and never answer. There are enough of them to fill every slot of the server,
 * were each given the slots of a webhook; the rounds go on past the deadline of the first attempts.
 */
export const hanging: Section = {
  name: 'hanging',
  title: '30 % of webhooks hang: what the others notice, due to receipt, steady rate',
  seconds: ({ rounds, hangingLeadSeconds, hangingSeconds }) =>
    6 + 2 * (hangingLeadSeconds + rounds * (hangingSeconds + 0.5)),
  async run(bench) {
    const { webhooksHanging, hangingDeliveriesPerSecond, hangingLeadSeconds, hangingSeconds } = bench.scale
    const groups = webhooksHanging / FAN_OUT
    const rate = hangingDeliveriesPerSecond / FAN_OUT
    const measure = (sealpost: Sealpost, seconds: number): Promise<Flow> =>
      driveSteadily(bench, sealpost.target(), { seconds, rate })

    bench.progress(`making 2 × ${webhooksHanging} webhooks`)
    const rounds = await withSealpost(bench, { fanOut: FAN_OUT, groups }, (sound) =>
      withSealpost(bench, { fanOut: FAN_OUT, groups, hanging: HANGING }, async (ill) => {
        let hung = 0
        if (hangingLeadSeconds > 0) {
          bench.progress('until the hanging ones have shown what they are')
          await measure(sound, hangingLeadSeconds)
          hung += (await measure(ill, hangingLeadSeconds)).hung
        }
        const measured = await inRounds(bench, async (say) => {
          say('all answer')
          const soundFlow = await measure(sound, hangingSeconds)
          say('30 % hang')
          return { sound: soundFlow, ill: await measure(ill, hangingSeconds) }
        })
        // Later there may be none for whole rounds: after the first deadlines one attempt at a time is made to each.
        for (const { ill: flow } of measured) hung += flow.hung
        if (hung === 0) bench.checks.fault('30 % hang', 'none of them was sent anything')
        return measured
      }),
    )
    const p99 = {
      sound: rounds.map(({ sound }) => sound.latency.p99),
      ill: rounds.map(({ ill }) => ill.latency.p99),
    }
    const rows: Row[] = [
      {
        what: `All ${webhooksHanging} webhooks answer, p50`,
        unit: 'ms',
        rounds: rounds.map(({ sound }) => sound.latency.p50),
      },
      { what: `All ${webhooksHanging} webhooks answer, p99`, unit: 'ms', rounds: p99.sound },
      {
        what: '30 % hang: the healthy ones, p50',
        unit: 'ms',
        rounds: rounds.map(({ ill }) => ill.latency.p50),
      },
      {
        what: '30 % hang: the healthy ones, p99',
        unit: 'ms',
        rounds: p99.ill,
        ratios: [
          {
            to: '× undisturbed',
            value: median(p99.ill) / median(p99.sound),
            asked: { atMost: FACTOR_ASKED },
          },
        ],
      },
    ]
    return rows
  },
}
