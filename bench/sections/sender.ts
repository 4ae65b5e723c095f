import type { Bench, Section } from '../bench.ts'
import { startRemote, type Remote } from '../lib/remote.ts'
import { inRounds } from '../measure/rounds.ts'
import { median } from '../report/result.ts'
import type { SendCalls, SenderName } from '../sender/send-loop.ts'

const WEBHOOKS = 5
const STALL_MS = 10_000
/** Of the CPU time of undici's Pool. */
const RATIO_ASKED = 0.7
/** A thousand requests take about this long, answers included. */
const SECONDS_PER_THOUSAND = 0.06

/** What a request costs the sender alone: writing it and reading its answer. */
export const sender: Section = {
  name: 'sender',
  title: 'The sender by itself: CPU time of a request, five webhooks',
  seconds: ({ rounds, senderRequests }) => rounds * 4 * (senderRequests / 1_000) * SECONDS_PER_THOUSAND,
  async run(bench) {
    const remotes = { own: startSender(), undici: startSender() }
    try {
      const rounds = await inRounds(bench, async (say) => {
        say('undici, then our own')
        return { undici: await measure(bench, remotes, 'undici'), own: await measure(bench, remotes, 'own') }
      })
      const own = rounds.map((round) => round.own)
      const undici = rounds.map((round) => round.undici)
      const value = median(own) / median(undici)
      return [
        { what: 'undici’s Pool.dispatch', unit: 'µs', rounds: undici },
        {
          what: 'Our own sender, with the guard before it',
          unit: 'µs',
          rounds: own,
          ratios: [{ to: '× undici’s Pool', value, asked: { atMost: RATIO_ASKED } }],
        },
      ]
    } finally {
      remotes.own.end()
      remotes.undici.end()
    }
  },
}

function startSender(): Remote<SendCalls> {
  return startRemote<SendCalls>(new URL('../sender/send-loop.ts', import.meta.url))
}

async function measure(
  bench: Bench,
  remotes: Record<SenderName, Remote<SendCalls>>,
  name: SenderName,
): Promise<number> {
  const events = Math.ceil(bench.scale.senderRequests / WEBHOOKS)
  // The same again before it counts, for the compilers' sake.
  await send(bench, remotes[name], name, events)
  return send(bench, remotes[name], name, events)
}

async function send(
  { tools, checks }: Bench,
  remote: Remote<SendCalls>,
  name: SenderName,
  events: number,
): Promise<number> {
  const first = tools.nextEvent
  tools.nextEvent += events
  await tools.sink.call('watch', { fanOut: WEBHOOKS, groups: 1, first, continues: false })
  const ports = Array.from({ length: WEBHOOKS }, (_, number) => tools.receiverPort(number))
  const { failed, cpuMicrosecondsPerRequest } = await remote.call(name, { ports, first, events })
  const arrivals = await tools.sink.call('settled', { unique: events * WEBHOOKS, stallMs: STALL_MS })
  const posted = { accepted: events, refused: failed, reason: null, receivers: WEBHOOKS, isSigned: false }
  checks.flow(`The sender by itself: ${name}`, posted, arrivals)
  return cpuMicrosecondsPerRequest
}
