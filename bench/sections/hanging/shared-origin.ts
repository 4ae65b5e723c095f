import type { Bench } from '../../bench.ts'
import { driveBeside, driveSteadily, type Flow, type Target } from '../../measure/drive.ts'
import { inRounds } from '../../measure/rounds.ts'
import type { Row } from '../../report/result.ts'
import { withSealpost, type Sealpost, type Subscriptions } from '../../sealpost/sealpost.ts'
import { comparedRows } from './compared-rows.ts'

const FAN_OUT = 10
/** Webhooks of a neighbour, for each of its events: as large a share as hang on hosts of their own. */
const NEIGHBOURS = 3

interface Pair {
  sealpost: Sealpost
  neighbour: Target
}

/**
 * Everything at one host and port, as at hooks.slack.com: the webhooks of the organization that is measured, all of which
 * answer, and those of another, which hang, or answer in the run that it is compared with.
 */
export async function hangAtOneOrigin(bench: Bench): Promise<Row[]> {
  const { webhooksHanging, hangingDeliveriesPerSecond, hangingLeadSeconds, hangingSeconds } = bench.scale
  const groups = webhooksHanging / FAN_OUT
  const rate = hangingDeliveriesPerSecond / FAN_OUT
  const ours: Subscriptions = { fanOut: FAN_OUT - NEIGHBOURS, groups, isOneOrigin: true }
  const theirs: Subscriptions = { fanOut: NEIGHBOURS, groups, isOneOrigin: true }

  async function measure({ sealpost, neighbour }: Pair, seconds: number): Promise<Flow> {
    const beside = driveBeside(bench, neighbour, { seconds, rate })
    const flow = await driveSteadily(bench, sealpost.target(), { seconds, rate })
    await beside
    return flow
  }

  bench.progress(`making 2 × ${webhooksHanging} webhooks at one origin`)
  const rounds = await withSealpost(bench, ours, (calm) =>
    withSealpost(bench, ours, async (disturbed) => {
      const sound = { sealpost: calm, neighbour: await calm.addNeighbour(theirs) }
      const hanging = { ...theirs, hanging: NEIGHBOURS }
      const ill = { sealpost: disturbed, neighbour: await disturbed.addNeighbour(hanging) }
      let hung = 0
      if (hangingLeadSeconds > 0) {
        bench.progress('until the hanging ones have shown what they are')
        await measure(sound, hangingLeadSeconds)
        hung += (await measure(ill, hangingLeadSeconds)).hung
      }
      const measured = await inRounds(bench, async (say) => {
        say('all answer, at one origin')
        const soundFlow = await measure(sound, hangingSeconds)
        say("a neighbour's hang, at the same origin")
        return { sound: soundFlow, ill: await measure(ill, hangingSeconds) }
      })
      for (const { ill: flow } of measured) hung += flow.hung
      if (hung === 0) bench.checks.fault('one origin', 'none of those that hang was sent anything')
      return measured
    }),
  )
  return comparedRows('One origin, two organizations, all answer', "One origin, the other's hang", rounds)
}
