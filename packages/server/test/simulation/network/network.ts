import { LIMITS } from '../../../src/core/limits.ts'
import { SECOND_MS } from '../../../src/core/time.ts'
import { createAddressPolicy } from '../../../src/guard/address.ts'
import { createAddressFinder } from '../../../src/guard/checked-addresses.ts'
import { ConnectError } from '../../../src/guard/connect-error.ts'
import type { Open, OpenTarget } from '../../../src/guard/connect.ts'
import { checkUrl } from '../../../src/guard/url.ts'
import type { NetHealth } from '../../../src/net/net-health.ts'
import { watchedOpen } from '../../../src/net/watched-open.ts'
import { watchedResolver } from '../../../src/net/watched-resolver.ts'
import { createHttp1Transport } from '../../../src/send/http1/http1-transport.ts'
import type { OutboundRequest, Transport } from '../../../src/send/transport.ts'
import type { SeenRequest } from '../../invariants/history.ts'
import { systemError } from '../../support/reports.ts'
import type { VirtualClock } from '../../support/virtual-clock.ts'
import type { Dice } from '../dice.ts'
import type { Notes } from '../notes.ts'
import { pauseOn, type Pause } from '../pause.ts'
import type { SimulatedProcess } from '../process.ts'
import type { Receiver } from '../receivers/receiver.ts'
import { createServer, type Endpoint, type SimulatedServer } from './server.ts'
import { createWire } from './wire.ts'

/**
 * Names, servers and the connections between them and the processes. What sends is the server's own sender: only the sockets
 * and the servers behind them are simulated.
 */
export interface Network {
  /** A host that no other webhook leads to. */
  ownHost(): string
  /** The URL of a webhook at `host`. */
  join(host: string, endpoint: Endpoint): string
  /** The network as one process reaches it, which tells `health` what it comes to. */
  transportOf(process: SimulatedProcess, health: NetHealth): Transport
  /** Requests on their way or being answered. */
  underWay(): number
  /** From now on every receiver is where its name says, and acknowledges whatever it reads at once. */
  mendReceivers(): void
  /** Kills the process that sends the next request, between sending and receiving. */
  trap: ((process: SimulatedProcess) => void) | null
  /** What of the sender's own does not work. */
  readonly broken: Set<OwnTrouble>
}

/** No descriptors for new connections, no answer of the name servers, no way out. */
export type OwnTrouble = 'descriptors' | 'resolver' | 'network'

/** A sender with a fault of its own, for the tests of this simulator. */
export type PlantTransportBug = (transport: Transport) => Transport

const TRANSIT_MS_MAX = 15
/** As long as the real resolver waits: two tries. */
const LOOKUP_MS = 6 * SECOND_MS
const URL_RULES = { allowHttp: false, addresses: createAddressPolicy([]) }
/** Tells which sending a request belongs to; the server takes it off again. */
const MARK = 'x-simulated-sending'

/** One call of `send`, as far as receivers are concerned. */
interface Sending {
  process: SimulatedProcess
  startedAt: number
  /** More than one when it was written again, to another connection. */
  seen: SeenRequest[]
}

export function createNetwork(
  clock: VirtualClock,
  notes: Notes,
  dice: Dice,
  pause: Pause,
  plantBug: PlantTransportBug = (transport) => transport,
): Network {
  const servers = new Map<string, SimulatedServer>()
  const sendings = new Map<string, Sending>()
  let sendingsMade = 0
  let wiresMade = 0
  let hostsMade = 0
  let inTransit = 0
  let mended = false
  /** A deadline is one, whatever else decides what comes next. */
  const giveUp = pauseOn(clock)
  const transitMs = (): number => Math.round(dice.between(1, TRANSIT_MS_MAX))

  function serverOf(host: string): SimulatedServer {
    const known = servers.get(host)
    if (known !== undefined) return known
    const receiverOf = ({ receiver }: Endpoint): Receiver => (mended ? MENDED : receiver)
    const server = createServer({ clock, notes, pause, receiverOf, onRequest: noteSending })
    servers.set(host, server)
    return server
  }

  /** A sending that was given up is not known any more. */
  function noteSending(seen: SeenRequest): void {
    const { [MARK]: mark = '', ...headers } = seen.headers
    seen.headers = headers
    const sending = sendings.get(mark)
    seen.startedAt = sending?.startedAt ?? null
    sending?.seen.push(seen)
  }

  async function resolve(name: string): Promise<string[]> {
    if (!network.broken.has('resolver')) return servers.get(name)!.resolve(notes.now())
    await giveUp(LOOKUP_MS, `no answer about ${name}`)
    throw new ConnectError('dns_failed', `${name} was not answered for.`, { cause: systemError('ETIMEOUT') })
  }

  /** Makes a way to a host, for which what is broken is asked. */
  async function connect(
    { hostname }: OpenTarget,
    addresses: Promise<string[]>,
    onStage: Parameters<Open>[1],
  ): Promise<void> {
    onStage('resolving', null)
    const [address = ''] = await addresses
    notes.sockets.push({ at: notes.now(), address })
    onStage('connecting', address)
    if (network.broken.has('descriptors')) throw systemError('EMFILE')
    if (network.broken.has('network')) {
      await giveUp(LIMITS.connectMsMax, `no way to ${hostname}`)
      throw systemError('ETIMEDOUT')
    }
    await pause(transitMs(), `connecting to ${hostname}`)
  }

  function openFrom(process: SimulatedProcess, health: NetHealth): Open {
    const findAddresses = createAddressFinder({
      ...URL_RULES,
      resolver: watchedResolver({ resolve }, health),
    })
    const open: Open = (target, onStage, callback) => {
      let givenUp = false
      const connected = connect(target, findAddresses(target), (...stage) => {
        if (!givenUp) onStage(...stage)
      })
      void process.enter(connected.then(() => null, asError)).then((error) => {
        if (givenUp) return
        if (error !== null) callback(error, null)
        else callback(null, wireTo(target.hostname, process).socket)
      })
      return () => {
        givenUp = true
      }
    }
    return watchedOpen(open, health)
  }

  function wireTo(host: string, process: SimulatedProcess) {
    const acceptance = serverOf(host).accept()
    wiresMade += 1
    const wire = createWire({
      name: `${host} #${wiresMade}`,
      process,
      pause,
      transitMs,
      goesOut: () => dice.chance(0.5),
      onWrite(bytes) {
        acceptance.onWrite(bytes)
        const spring = network.trap
        network.trap = null
        spring?.(process)
      },
      onArrival: (bytes) => acceptance.onArrival(bytes),
      count: (change) => (inTransit += change),
    })
    acceptance.attach(wire)
    return wire
  }

  function transportOf(process: SimulatedProcess, health: NetHealth): Transport {
    const guard = { checkUrl: (url: string) => checkUrl(url, URL_RULES), open: openFrom(process, health) }
    const transport = plantBug(
      createHttp1Transport({ guard, clock: process.clock, look: (action) => action() }),
    )

    async function send(request: OutboundRequest): ReturnType<Transport['send']> {
      const mark = String((sendingsMade += 1))
      const sending: Sending = { process, startedAt: notes.now(), seen: [] }
      sendings.set(mark, sending)
      const report = await transport.send({ ...request, headers: { ...request.headers, [MARK]: mark } })
      sendings.delete(mark)
      sending.seen.forEach((seen, index) => {
        // One that was written again had ended by then, to whoever wonders whether two were under way together.
        seen.endedAt = index + 1 < sending.seen.length ? sending.startedAt : notes.now()
      })
      return report
    }
    return { send, close: () => transport.close() }
  }

  const network: Network = {
    ownHost: () => `receiver-${(hostsMade += 1)}.example.com`,
    join: (host, endpoint) => `https://${host}${serverOf(host).add(endpoint)}`,
    transportOf,
    // What a dead process had begun ends with it, but for what is on its way.
    underWay: () =>
      inTransit + [...sendings.values()].filter(({ process }) => process.state !== 'dead').length,
    mendReceivers() {
      mended = true
    },
    trap: null,
    broken: new Set(),
  }
  return network
}

const MENDED: Receiver = { prompt: true, react: () => ({ afterMs: 1, status: 200 }) }

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error))
}
