import type { Bench } from '../bench.ts'
import { startRemote } from '../lib/remote.ts'
import type { LimitCalls } from './limit.ts'

const STALL_MS = 10_000
/** Than any sender: it may do so many times their deliveries before its time is over. */
const FASTER = 4

/** Deliveries a second that undici and an HMAC reach by themselves, each webhook being an origin of its own. */
export async function measureLimit({ scale, tools, checks }: Bench, fanOut: number): Promise<number> {
  const limit = startRemote<LimitCalls>(new URL('limit.ts', import.meta.url))
  const ports = Array.from({ length: fanOut }, (_, number) => tools.receiverPort(number))

  async function send(seconds: number, deliveriesMax: number): Promise<number> {
    const first = tools.nextEvent
    await tools.sink.call('watch', { fanOut, groups: 1, first, continues: false })
    const { events, failed } = await limit.call('send', {
      ports,
      secretBase64: tools.secret.base64,
      first,
      seconds,
      eventsMax: Math.ceil(deliveriesMax / fanOut),
    })
    tools.nextEvent += events
    const arrivals = await tools.sink.call('settled', { unique: events * fanOut, stallMs: STALL_MS })
    const posted = { accepted: events, refused: failed, reason: null, receivers: fanOut, isSigned: true }
    checks.flow('The limit', posted, arrivals)
    return (arrivals.unique / (arrivals.lastAt - arrivals.firstAt)) * 1e6
  }

  try {
    if (scale.warmUpSeconds > 0) await send(scale.warmUpSeconds, scale.warmUpDeliveriesMax * FASTER)
    return await send(scale.loadSeconds, scale.deliveriesMax * FASTER)
  } finally {
    limit.end()
  }
}
