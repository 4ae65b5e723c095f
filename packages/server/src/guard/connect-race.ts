import { connect, type Socket } from 'node:net'
import type { Clock, Timer } from '../core/clock.ts'
import { LIMITS } from '../core/limits.ts'
import { SECOND_MS } from '../core/time.ts'
import { withoutMapping } from './address.ts'
import { orderAddresses } from './address-order.ts'
import { ConnectError } from './connect-error.ts'
import type { DeadAddresses } from './dead-addresses.ts'
import { errorCode } from './error-code.ts'

export interface RaceOptions {
  port: number
  clock: Clock
  dead: DeadAddresses
  /** Before a socket to `address` is made. */
  onTry(address: string): void
  onConnected(socket: Socket, address: string): void
  /** No address can be reached; `address` is the one that `error` is about. */
  onFailed(error: Error, address: string): void
}

/**
 * Tries the addresses of one name until the first takes a TCP connection, after RFC 8305: the next one is tried 250 ms
 * after the one before it, or as soon as that failed, and whoever loses is cut. `onConnected` or `onFailed` is called
 * once, and neither after `stop`.
 */
export interface Race {
  /** Takes part from now on. Every address has been checked. */
  add(addresses: readonly string[]): void
  /** No more addresses will be added. */
  complete(): void
  /** Cuts what is under way. Safe to call twice. */
  stop(): void
}

/** Dead peers of a kept connection are noticed after this. */
const KEEP_ALIVE_MS = 60 * SECOND_MS

/** What says more about us, or about the network, than about the server. */
const UNTELLING_CODES: ReadonlySet<string | undefined> = new Set([
  'ENETUNREACH',
  'EHOSTUNREACH',
  'EADDRNOTAVAIL',
  'EAFNOSUPPORT',
  'ETIMEDOUT',
])

interface Failure {
  error: Error
  address: string
}

export function startRace({ port, clock, dead, ...on }: RaceOptions): Race {
  const known = new Set<string>()
  let waiting: string[] = []
  const connecting = new Map<string, { socket: Socket; startedAt: number }>()
  let failure: Failure | null = null
  let lastTried: string | null = null
  let tried = 0
  let isComplete = false
  let over = false
  let next: Timer | null = null
  const budget = clock.after(LIMITS.connectMsMax, () => failAt(lastTried ?? '', unanswered()))

  function tryNext(): void {
    next?.cancel()
    next = null
    if (over) return
    const address = tried < LIMITS.addressesTriedMax ? waiting.shift() : undefined
    if (address === undefined) {
      if (isComplete && connecting.size === 0 && failure !== null) failAt(failure.address, failure.error)
      return
    }
    next = clock.after(LIMITS.nextAddressMs, tryNext)
    attempt(address)
  }

  function attempt(address: string): void {
    tried += 1
    lastTried = address
    on.onTry(address)
    if (hasEnded()) return
    const socket = connect({
      host: address,
      port,
      // The address is tried as it is: this file decides what comes next, not Node.
      autoSelectFamily: false,
      noDelay: true,
      keepAlive: true,
      keepAliveInitialDelay: KEEP_ALIVE_MS,
    })
    connecting.set(address, { socket, startedAt: clock.monotonic() })
    socket.once('connect', () => connected(socket, address))
    // Stays, so that an error of a socket that was cut or handed on is never one that nobody listens to.
    socket.on('error', (error: Error) => refused(address, error))
  }

  function connected(socket: Socket, address: string): void {
    if (over) return
    connecting.delete(address)
    dead.remove(address, port)
    stop()
    const wrong = remoteAddressError(socket, address)
    if (wrong === null) {
      on.onConnected(socket, address)
      return
    }
    socket.destroy()
    on.onFailed(wrong, address)
  }

  function refused(address: string, error: Error): void {
    if (over || !connecting.delete(address)) return
    dead.add(address, port)
    failure = moreTelling(failure, { error, address })
    tryNext()
  }

  function failAt(address: string, error: Error): void {
    if (over) return
    stop()
    on.onFailed(error, address)
  }

  function stop(): void {
    if (over) return
    over = true
    budget.cancel()
    next?.cancel()
    for (const [address, { socket, startedAt }] of connecting) {
      // It had its time alone and did not use it.
      if (clock.monotonic() - startedAt >= LIMITS.nextAddressMs) dead.add(address, port)
      socket.destroy()
    }
  }

  const hasEnded = (): boolean => over

  return {
    add(addresses) {
      const added = addresses.filter((address) => !known.has(address))
      for (const address of added) known.add(address)
      waiting = orderAddresses([...waiting, ...new Set(added)], (one) => dead.has(one, port), lastTried)
      if (next === null) tryNext()
    },
    complete() {
      isComplete = true
      if (next === null) tryNext()
    },
    stop,
  }
}

/** What says something of this machine alone: that it has no IPv6, say. */
const OWN_CODES: ReadonlySet<string | undefined> = new Set(['EADDRNOTAVAIL', 'EAFNOSUPPORT'])

/** Of several failures the one that its reader can do something about; else the first that is not ours alone. */
function moreTelling(one: Failure | null, other: Failure): Failure {
  return one === null || tellingOf(other) > tellingOf(one) ? other : one
}

function tellingOf({ error }: Failure): 0 | 1 | 2 {
  const code = errorCode(error)
  if (OWN_CODES.has(code)) return 0
  return UNTELLING_CODES.has(code) ? 1 : 2
}

function unanswered(): Error {
  return Object.assign(new Error(`No connection within ${LIMITS.connectMsMax} ms.`), { code: 'ETIMEDOUT' })
}

/** Belt and braces: whatever a library or the kernel made of the address, this is where the socket leads. */
function remoteAddressError(socket: Socket, address: string): ConnectError | null {
  const remote = socket.remoteAddress
  if (remote !== undefined && canonical(remote) === canonical(address)) return null
  return new ConnectError(
    'address_denied',
    `The connection led to ${remote ?? 'nowhere'} instead of ${address}, so it was cut.`,
  )
}

function canonical(address: string): string {
  const plain = withoutMapping(address)
  return plain.includes(':') ? new URL(`http://[${plain}]/`).hostname : plain
}
