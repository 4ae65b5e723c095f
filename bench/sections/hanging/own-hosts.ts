import type { Bench } from '../../bench.ts'
import { driveSteadily, type Flow } from '../../measure/drive.ts'
import { inRounds } from '../../measure/rounds.ts'
import type { Row } from '../../report/result.ts'
import { comparedRows } from './compared-rows.ts'
import { withSealpost, type Sealpost } from '../../sealpost/sealpost.ts'

const FAN_OUT = 10
const HANGING = 3

/**
 * Three of ten webhooks take every request and never answer. There are enough of them to fill every slot of the server,
 * were each given the slots of a webhook; the rounds go on past the deadline of the first attempts.
 */
export async function hangOnOwnHosts(bench: Bench): Promise<Row[]> {
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
  return comparedRows(`All ${webhooksHanging} webhooks answer`, '30 % hang: the healthy ones', rounds)
}
