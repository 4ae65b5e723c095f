import type { Socket } from 'node:net'
import type { Clock, Timer } from '../core/clock.ts'
import { LIMITS } from '../core/limits.ts'
import {
  createAddressFinder,
  type AddressFinderOptions,
  type ConnectTarget,
  type FindAddresses,
} from './checked-addresses.ts'
import type { ConnectStage } from './connect-error.ts'
import { startRace, type Race } from './connect-race.ts'
import { createDeadAddresses, type DeadAddresses } from './dead-addresses.ts'
import { withoutRootDot } from './names.ts'
import { secure, type SecureOptions, type TlsWishes } from './secure.ts'
import { createTlsSessions, type TlsSessions } from './tls-sessions.ts'
import { literalOf, portOf } from './url.ts'

export type ConnectCallback = (...args: [null, Socket] | [Error, null]) => void

export interface OpenTarget extends ConnectTarget {
  /** For `https:`. Without it no session is resumed or told, and HTTP/1.1 is offered. */
  tls?: TlsWishes
}

/**
 * Opens a socket to a checked address of `target`, or fails with a ConnectError, a socket error or a TLS error. The
 * callback is called once, and not at all after the returned function was called to give up.
 */
export type Open = (
  target: OpenTarget,
  onStage: (stage: ConnectStage, address: string | null) => void,
  callback: ConnectCallback,
) => () => void

export interface OpenOptions extends AddressFinderOptions {
  clock: Clock
  /** Certificate authorities trusted instead of Node's own list, PEM. */
  ca?: string | Buffer
}

/** What all connections share. */
interface OpenParts {
  findAddresses: FindAddresses
  dead: DeadAddresses
  sessions: TlsSessions
  clock: Clock
  ca: string | Buffer | undefined
}

/** No session is kept here: one that everybody shared would tell tenants of each other, and servers whom they share. */
const TLS_DEFAULT: TlsWishes = { session: null, onSession: () => undefined, alpn: ['http/1.1'] }

/**
 * The guard at the moment it counts. A check when the webhook is saved cannot hold: a name may lead elsewhere a second
 * later, and may answer differently to the check and to the connection. So here the name is looked up once, every
 * answer is judged, and the socket is given an address out of that very answer.
 */
export function createOpen({ clock, ca, ...finding }: OpenOptions): Open {
  const parts: OpenParts = {
    findAddresses: createAddressFinder(finding),
    dead: createDeadAddresses(clock),
    sessions: createTlsSessions(clock),
    clock,
    ca,
  }
  return (...asked) => startOpening(parts, ...asked)
}

/**
 * One connection.
 *
 *   resolving ──one family, or both──▶ connecting ──the first address to answer──▶ securing ──▶ opened
 *       └──────────────────────────────────┴──────────error or given up─────────────┘
 *
 * The family that answers late joins while it is connecting. If one of its addresses is bad, everything ends.
 */
function startOpening(parts: OpenParts, ...[target, onStage, callback]: Parameters<Open>): () => void {
  const { clock, dead } = parts
  let race: Race | null = null
  let familyWait: Timer | null = null
  let securing: Socket | null = null
  let over = false

  function stop(): void {
    over = true
    familyWait?.cancel()
    race?.stop()
  }

  function fail(error: Error): void {
    if (over) return
    stop()
    securing?.destroy()
    callback(error, null)
  }

  function succeed(socket: Socket): void {
    if (over) return
    // undici reads `socket destroyed` between our answer and its use as a reason to connect again, without end.
    if (socket.destroyed) {
      fail(socket.errored ?? closedAtOnce())
      return
    }
    stop()
    callback(null, socket)
  }

  function newRace(wishes: TlsWishes): Race {
    return startRace({
      port: portOf(target),
      clock,
      dead,
      onTry: (address) => onStage('connecting', address),
      onConnected: (socket, address) => reached(socket, address, wishes),
      onFailed(error, address) {
        onStage('connecting', address)
        fail(error)
      },
    })
  }

  /** The addresses of the family that answered first, then all. Those that take part already are not added twice. */
  function enter(addresses: readonly string[]): void {
    familyWait?.cancel()
    if (over) return
    race ??= newRace(target.tls ?? TLS_DEFAULT)
    race.add(addresses)
  }

  function reached(socket: Socket, address: string, wishes: TlsWishes): void {
    const isSecure = target.protocol === 'https:'
    onStage(isSecure ? 'securing' : 'connecting', address)
    if (!isSecure) {
      succeed(socket)
      return
    }
    const options = secureOptions(parts, target, wishes)
    securing = secure(socket, options, (error, secured) => {
      if (error === null) succeed(secured)
      else if (options.wishes.session === null) fail(error)
      // Whether it is the session or the server that is wrong, a handshake without it tells.
      else startOver(address, wishes)
    })
  }

  function startOver(address: string, wishes: TlsWishes): void {
    if (over) return
    race = newRace({ ...wishes, session: null })
    race.add([address])
    race.complete()
  }

  onStage('resolving', null)
  parts
    .findAddresses(target, (some) => {
      if (!over) familyWait = clock.after(LIMITS.addressFamilyWaitMs, () => enter(some))
    })
    .then((all) => {
      enter(all)
      race?.complete()
    })
    .catch((error: unknown) => fail(error instanceof Error ? error : new Error(String(error))))

  return () => {
    if (over) return
    stop()
    securing?.destroy()
  }
}

/** SNI and the certificate's name are the host's, whatever address the socket went to. */
function secureOptions(
  { sessions, clock, ca }: OpenParts,
  { hostname }: OpenTarget,
  wishes: TlsWishes,
): SecureOptions {
  const literal = literalOf(hostname)
  const host = literal ?? withoutRootDot(hostname)
  const isUsable = wishes.session !== null && sessions.standsFor(wishes.session, host)
  return {
    host,
    isName: literal === null,
    wishes: isUsable ? wishes : { ...wishes, session: null },
    sessions,
    clock,
    ...(ca !== undefined && { ca }),
  }
}

function closedAtOnce(): Error {
  return Object.assign(new Error('The connection was closed at once.'), { code: 'ECONNRESET' })
}
