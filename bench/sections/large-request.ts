import type { Section } from '../bench.ts'
import { eachOf } from '../lib/each-of.ts'
import { inRounds } from '../measure/rounds.ts'
import type { Row } from '../report/result.ts'
import { withSealpost } from '../sealpost/sealpost.ts'

const TYPE = 'large.request'
const REQUESTS_AT_ONCE = 16
/** The longest that anybody may wait for a turn of the event loop. */
const TURN_MS_ASKED = 50
const PROBE_EVERY_MS = 3
const LOOK_EVERY_MS = 200
const DELIVERIES_PER_SECOND_LEAST = 1_500

interface Found {
  answeredMs: number
  madeMs: number
  turns: number[]
}

/**
 * One request asks for hundreds of thousands of deliveries. A call of `/healthz` meanwhile waits for its turn of the
 * event loop and for little else. The webhooks are not activated, so that nothing is sent.
 */
export const largeRequest: Section = {
  name: 'large-request',
  title: 'One request of events that many webhooks hear: what everybody else waits for a turn',
  seconds: ({ rounds, largeRequestEvents, largeRequestWebhooks }) =>
    rounds * (5 + (largeRequestEvents * largeRequestWebhooks) / (4 * DELIVERIES_PER_SECOND_LEAST)),
  async run(bench) {
    const { largeRequestEvents: events, largeRequestWebhooks: webhooks } = bench.scale
    const rounds = await inRounds(bench, async (say) => {
      say(`${events} events for ${webhooks} webhooks`)
      return withSealpost(bench, { fanOut: 0 }, async ({ api, server }): Promise<Found> => {
        await api.declareType(TYPE)
        const urls = Array.from({ length: webhooks }, (_, slot) => bench.tools.receiverUrl(slot, 'answers'))
        await eachOf(urls, REQUESTS_AT_ONCE, (url) =>
          api.createWebhook({ url, events: [TYPE], enabled: false }),
        )
        const probe = probeTurns(server.port)
        const began = performance.now()
        const { lastId, deliveries } = await api.publish(TYPE, events)
        const answeredMs = performance.now() - began
        if (deliveries !== events * webhooks) {
          bench.checks.fault(
            'One large request',
            `${deliveries} deliveries are owed, not ${events * webhooks}`,
          )
        }
        const giveUpMs = 10_000 + (1_000 * deliveries) / DELIVERIES_PER_SECOND_LEAST
        while ((await api.countDeliveries(lastId)) < webhooks) {
          if (performance.now() - began > giveUpMs) {
            bench.checks.fault('One large request', `its deliveries were not made in ${giveUpMs} ms`)
            break
          }
          await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS))
        }
        return { answeredMs, madeMs: performance.now() - began, turns: await probe.stop() }
      })
    })
    const row = (what: string, read: (found: Found) => number): Row => ({
      what: `${events} events × ${webhooks} webhooks, ${what}`,
      unit: 'ms',
      rounds: rounds.map(read),
    })
    return [
      row('202 answered', ({ answeredMs }) => answeredMs),
      row('all deliveries made', ({ madeMs }) => madeMs),
      row('a turn for others, p99', ({ turns }) => turns[Math.floor(turns.length * 0.99)] ?? 0),
      {
        ...row('the longest wait for a turn', ({ turns }) => turns.at(-1) ?? 0),
        asked: { atMost: TURN_MS_ASKED },
      },
    ]
  },
}

/** Asks again and again what costs the server nothing; answers how long each took, the quickest first. */
function probeTurns(port: number): { stop(): Promise<number[]> } {
  const turns: number[] = []
  let stopped = false
  async function ask(): Promise<void> {
    while (!stopped) {
      const began = performance.now()
      const response = await fetch(`http://127.0.0.1:${port}/healthz`)
      await response.arrayBuffer()
      turns.push(performance.now() - began)
      await new Promise((resolve) => setTimeout(resolve, PROBE_EVERY_MS))
    }
  }
  const asking = ask()
  return {
    async stop() {
      stopped = true
      await asking
      return turns.sort((one, other) => one - other)
    },
  }
}
