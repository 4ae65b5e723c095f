import type { Bench, Section } from '../bench.ts'
import { eachOf } from '../lib/each-of.ts'
import { eventType } from '../load/event-text.ts'
import { driveClosedLoop, warmUp } from '../measure/drive.ts'
import { inRounds } from '../measure/rounds.ts'
import { formatCount } from '../report/format.ts'
import { median } from '../report/result.ts'
import { withSealpost, type Sealpost } from '../sealpost/sealpost.ts'

const FAN_OUT = 5
const WEBHOOKS_FEW = 10
/** Of the webhooks that name a type, one in ten hears its events; the others are of a workflow that these are not of. */
const WEBHOOKS_PER_TYPE = 50
/** No slower: what two measurements of the same differ by is no difference. */
const SHARE_ASKED = 0.95
const REQUESTS_AT_ONCE = 16
const WEBHOOKS_MADE_PER_SECOND = 400

export const webhooks: Section = {
  name: 'webhooks',
  title: `Many webhooks, of which each event is owed to ${FAN_OUT}`,
  seconds: ({ rounds, webhooksMany, warmUpSeconds, loadSeconds }) =>
    webhooksMany / WEBHOOKS_MADE_PER_SECOND + rounds * 2 * (warmUpSeconds + loadSeconds + 3),
  async run(bench) {
    const { webhooksMany } = bench.scale
    const many = formatCount(webhooksMany)
    const groups = { few: WEBHOOKS_FEW / FAN_OUT, many: webhooksMany / WEBHOOKS_PER_TYPE }
    bench.progress(`making ${many} webhooks`)
    const rounds = await withSealpost(bench, { fanOut: FAN_OUT, groups: groups.few }, (few) =>
      withSealpost(bench, { fanOut: FAN_OUT, groups: groups.many }, async (crowded) => {
        await addBystanders(bench, crowded, groups.many)
        return inRounds(bench, async (say) => {
          say(`${WEBHOOKS_FEW} webhooks`)
          const fewRate = await eventRate(bench, few)
          say(`${many} webhooks`)
          return { fewRate, manyRate: await eventRate(bench, crowded) }
        })
      }),
    )
    const [fewRates, manyRates] = [
      rounds.map(({ fewRate }) => fewRate),
      rounds.map(({ manyRate }) => manyRate),
    ]
    return [
      { what: `${WEBHOOKS_FEW} webhooks`, unit: 'events/s', rounds: fewRates },
      {
        what: `${many} webhooks`,
        unit: 'events/s',
        rounds: manyRates,
        ratios: [
          {
            to: `of the rate with ${WEBHOOKS_FEW}`,
            value: median(manyRates) / median(fewRates),
            asked: { atLeast: SHARE_ASKED },
          },
        ],
      },
    ]
  },
}

async function eventRate(bench: Bench, sealpost: Sealpost): Promise<number> {
  const target = sealpost.target()
  await warmUp(bench, target)
  return (await driveClosedLoop(bench, target)).eventsPerSecond
}

/** Anything that arrives at one of them is a stray: their numbers are of no group. */
async function addBystanders({ tools }: Bench, { api }: Sealpost, groups: number): Promise<void> {
  const workflow = await api.createWorkflow('elsewhere')
  const perType = WEBHOOKS_PER_TYPE - FAN_OUT
  const numbers = Array.from({ length: groups * perType }, (_, index) => groups * FAN_OUT + index)
  await eachOf(numbers, REQUESTS_AT_ONCE, (number) =>
    api.createWebhook({
      url: tools.receiverUrl(number),
      events: [eventType(groups, number % groups)],
      workflow,
    }),
  )
}
