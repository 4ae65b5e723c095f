import { Socket } from 'node:net'
import { LIMITS } from '../../src/core/limits.ts'
import { createAddressPolicy } from '../../src/guard/address.ts'
import { SECOND_MS } from '../../src/core/time.ts'
import { createAddressFinder, type ConnectTarget } from '../../src/guard/checked-addresses.ts'
import { ConnectError } from '../../src/guard/connect-error.ts'
import type { Open } from '../../src/guard/connect.ts'
import type { Resolver } from '../../src/guard/resolver.ts'
import { DeadlineError, type ExchangeStage } from '../../src/net/failures.ts'
import type { NetHealth } from '../../src/net/net-health.ts'
import { watchedOpen } from '../../src/net/watched-open.ts'
import { watchedResolver } from '../../src/net/watched-resolver.ts'
import type { OutboundReport, OutboundRequest, Transport } from '../../src/send/transport.ts'
import type { SeenRequest } from '../invariants/history.ts'
import { reportAnswer, reportFailure, systemError, type Ended } from '../support/reports.ts'
import type { VirtualClock } from '../support/virtual-clock.ts'
import type { Dice } from './dice.ts'
import type { Notes } from './notes.ts'
import { pauseOn, type Pause } from './pause.ts'
import type { SimulatedProcess } from './process.ts'
import type { Reaction, Receiver } from './receivers/receiver.ts'

/** Names, addresses and receivers, and the time it takes between them. */
export interface Network {
  /** The URL of a webhook that leads to `receiver`. */
  join(webhookId: string, receiver: Receiver): string
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

const PUBLIC_ADDRESS = '93.184.216.34'
const TRANSIT_MS_MAX = 15
/** As long as the real resolver waits: two tries. */
const LOOKUP_MS = 6 * SECOND_MS

export function createNetwork(clock: VirtualClock, notes: Notes, dice: Dice, pause: Pause): Network {
  const hosts = new Map<string, { webhookId: string; receiver: Receiver }>()
  let underWay = 0
  let mended = false
  const network: Network = {
    join,
    transportOf,
    underWay: () => underWay,
    mendReceivers() {
      mended = true
    },
    trap: null,
    broken: new Set(),
  }
  const transit = (): number => Math.round(dice.between(1, TRANSIT_MS_MAX))
  /** A deadline is one, whatever else decides what comes next. */
  const giveUp = pauseOn(clock)

  function join(webhookId: string, receiver: Receiver): string {
    const name = `receiver-${hosts.size + 1}.example.com`
    hosts.set(name, { webhookId, receiver })
    return `https://${name}/hooks/${webhookId}`
  }

  function receiverOf(name: string): Receiver {
    return mended ? MENDED : hosts.get(name)!.receiver
  }

  async function resolve(name: string): Promise<string[]> {
    if (network.broken.has('resolver')) {
      await giveUp(LOOKUP_MS, `no answer about ${name}`)
      throw new ConnectError('dns_failed', `${name} was not answered for.`, {
        cause: systemError('ETIMEOUT'),
      })
    }
    return receiverOf(name).resolve?.(notes.now()) ?? [PUBLIC_ADDRESS]
  }

  /** A connection of which nothing matters but that it was made. */
  function openBy(resolver: Resolver): Open {
    const findAddresses = createAddressFinder({
      allowHttp: false,
      addresses: createAddressPolicy([]),
      resolver,
    })
    async function open({ hostname, protocol, port }: ConnectTarget, onTry: (address: string) => void) {
      const [address = ''] = await findAddresses({ protocol, hostname, port })
      notes.sockets.push({ at: notes.now(), address })
      onTry(address)
      if (network.broken.has('descriptors')) throw systemError('EMFILE')
      if (!network.broken.has('network')) return
      await giveUp(LIMITS.connectMsMax, `no way to ${hostname}`)
      throw systemError('ETIMEDOUT')
    }
    return (target, onStage, callback) => {
      onStage('resolving', null)
      open(target, (address) => onStage('connecting', address)).then(
        () => callback(null, new Socket()),
        (error: unknown) => callback(error as Error, null),
      )
      return () => undefined
    }
  }

  function transportOf(process: SimulatedProcess, health: NetHealth): Transport {
    const open = watchedOpen(openBy(watchedResolver({ resolve }, health)), health)

    function connected(hostname: string): Promise<Error | null> {
      return new Promise((done) => {
        open(
          { protocol: 'https:', hostname, port: '' },
          () => undefined,
          (...[error]) => done(error),
        )
      })
    }

    async function send(request: OutboundRequest): Promise<OutboundReport> {
      const begun = clock.monotonic()
      const { hostname } = new URL(request.url)
      const error = await connected(hostname)
      if (error === null) return exchange(request, hostname, begun)
      await pause(transit(), `${hostname} is not reached`)
      return failed(request, error, begun, 'connecting')
    }

    async function exchange(
      request: OutboundRequest,
      hostname: string,
      begun: number,
    ): Promise<OutboundReport> {
      const startedAt = notes.now()
      if (network.trap !== null) {
        const spring = network.trap
        network.trap = null
        spring(process)
      }
      await pause(transit(), `${process.name} sends to ${hostname}`)
      // What a process had handed to the kernel when it died may have gone out, or not.
      if (process.state === 'dead' && dice.chance(0.5)) return failed(request, RESET, begun)
      const seen: SeenRequest = {
        webhookId: hosts.get(hostname)!.webhookId,
        startedAt,
        at: notes.now(),
        endedAt: null,
        headers: lowerCase(request.headers),
        body: request.body,
        answer: null,
        answerArrived: false,
        node: process.name,
      }
      notes.requests.push(seen)
      const reaction = receiverOf(hostname).react(request, seen.at)
      return answer(request, seen, reaction, begun)
    }

    async function answer(
      request: OutboundRequest,
      seen: SeenRequest,
      reaction: Reaction | null,
      begun: number,
    ): Promise<OutboundReport> {
      const leftMs = begun + LIMITS.attemptDeadlineMs - clock.monotonic()
      const tookMs = reaction === null ? Number.POSITIVE_INFINITY : reaction.afterMs + transit()
      if (reaction !== null && reaction.status !== null) {
        seen.answer = { status: reaction.status, retryAfterSeconds: reaction.retryAfterSeconds ?? null }
      }
      const arrives = reaction !== null && reaction.lost !== true && tookMs < leftMs
      if (arrives) await pause(tookMs, `${seen.webhookId} answers ${process.name}`)
      else await giveUp(leftMs, 'no answer')
      seen.endedAt = notes.now()
      if (!arrives) return failed(request, new DeadlineError(), begun)
      if (reaction.status === null) return failed(request, RESET, begun)
      // A process that stands still hears of it later, one that is dead never.
      seen.answerArrived = process.state !== 'dead'
      const { status, retryAfterSeconds } = reaction
      const headers = retryAfterSeconds === undefined ? {} : { 'retry-after': String(retryAfterSeconds) }
      return reportAnswer(request, { status, headers }, endedNow(begun))
    }

    function failed(
      request: OutboundRequest,
      error: unknown,
      begun: number,
      stage: ExchangeStage = 'sent',
    ): OutboundReport {
      return reportFailure(request, error, { address: PUBLIC_ADDRESS, stage }, endedNow(begun))
    }

    function endedNow(begun: number): Ended {
      return { elapsedMs: clock.monotonic() - begun, nowMs: clock.now() }
    }

    return {
      send: (request) => {
        underWay += 1
        const sent = send(request).finally(() => (underWay -= 1))
        return process.enter(sent)
      },
      close: async () => undefined,
    }
  }

  return network
}

const MENDED: Receiver = { prompt: true, react: () => ({ afterMs: 1, status: 200 }) }
const RESET = systemError('ECONNRESET')

function lowerCase(headers: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]))
}
