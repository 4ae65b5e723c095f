import type { Section } from '../bench.ts'
import { eventBody, eventType } from '../load/event-text.ts'
import { requestText } from '../load/request-template.ts'
import { driveClosedLoop, driveSteadily, warmUp, type Target } from '../measure/drive.ts'
import { inRounds } from '../measure/rounds.ts'

/** What is measured with: the generator posts straight to the sink. Nothing else can be faster, or more punctual. */
export const tools: Section = {
  name: 'tools',
  title: 'The measuring tools by themselves: generator straight to sink',
  seconds: ({ rounds, warmUpSeconds, loadSeconds, steadySeconds }) =>
    rounds * (warmUpSeconds + loadSeconds + steadySeconds),
  async run(bench) {
    const { steadySeconds: seconds, steadyEventsPerSecond: rate } = bench.scale
    const target: Target = {
      name: 'Generator to sink',
      port: bench.tools.receiverPort(0),
      request: requestText({ path: '/e/0', headers: {}, body: eventBody(eventType(1)) }),
      fanOut: 1,
      isSigned: false,
    }
    const rounds = await inRounds(bench, async (say) => {
      say('generator to sink')
      await warmUp(bench, target)
      const closed = await driveClosedLoop(bench, target)
      return { closed, steady: await driveSteadily(bench, target, { seconds, rate }) }
    })
    return [
      {
        what: 'As fast as it goes',
        unit: 'requests/s',
        rounds: rounds.map(({ closed }) => closed.deliveriesPerSecond),
      },
      {
        what: `At ${rate} requests a second, due to arrival, p50`,
        unit: 'ms',
        rounds: rounds.map(({ steady }) => steady.latency.p50),
      },
      {
        what: `At ${rate} requests a second, due to arrival, p99`,
        unit: 'ms',
        rounds: rounds.map(({ steady }) => steady.latency.p99),
      },
    ]
  },
}
