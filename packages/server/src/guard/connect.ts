import type { Socket } from 'node:net'
import { TLSSocket } from 'node:tls'
import { buildConnector } from 'undici'
import { withoutMapping } from './address.ts'
import { createAddressFinder, type AddressFinderOptions, type ConnectTarget } from './checked-addresses.ts'
import { ConnectError, type ConnectStage } from './connect-error.ts'
import { withoutRootDot } from './names.ts'
import { literalOf } from './url.ts'

export type ConnectCallback = (...args: [null, Socket] | [Error, null]) => void

/**
 * Opens a socket to a checked address of `target`, or fails with a ConnectError, a socket error or a TLS error. The
 * callback is called once, and not at all after the returned function was called to give up.
 */
export type Open = (
  target: ConnectTarget,
  onStage: (stage: ConnectStage, address: string | null) => void,
  callback: ConnectCallback,
) => () => void

export interface OpenOptions extends AddressFinderOptions {
  /** Certificate authorities trusted instead of Node's own list, PEM. */
  ca?: string | Buffer
}

/** Addresses of one name that are tried, and how long each may take: one that swallows packets leaves time for another. */
const ADDRESSES_TRIED_MAX = 4
const CONNECT_MS_MAX = 10_000
/** TLS sessions kept for a cheaper second handshake. */
const TLS_SESSIONS_MAX = 1_000

/**
 * The guard at the moment it counts. A check when the webhook is saved cannot hold: a name may lead elsewhere a second
 * later, and may answer differently to the check and to the connection. So here the name is looked up once, every
 * answer is judged, and the socket is given an address out of that very answer.
 */
export function createOpen({ ca, ...finding }: OpenOptions): Open {
  const findAddresses = createAddressFinder(finding)
  const connect = buildConnector({
    allowH2: false,
    timeout: CONNECT_MS_MAX,
    maxCachedSessions: TLS_SESSIONS_MAX,
    // Said aloud, because NODE_TLS_REJECT_UNAUTHORIZED=0 in the environment would otherwise switch it off.
    rejectUnauthorized: true,
    ...(ca === undefined ? {} : { ca }),
    // The types hide that it returns the socket.
  }) as unknown as (options: buildConnector.Options, callback: ConnectCallback) => Socket

  return (target, onStage, callback) => {
    let socket: Socket | null = null
    let over = false

    const hasGivenUp = (): boolean => over

    function finish(...result: Parameters<ConnectCallback>): void {
      if (over) return
      over = true
      callback(...result)
    }

    function tryNext(candidates: readonly string[]): void {
      const [address, ...others] = candidates
      if (over || address === undefined) return
      let reached = false
      onStage('connecting', address)
      if (hasGivenUp()) return
      socket = connect(socketOptions(target, address), (error, connected) => {
        if (error === null) finish(...asserted(connected))
        // Another address helps when this one could not be reached; a refused certificate is an answer.
        else if (others.length > 0 && !reached) tryNext(others)
        else finish(error, null)
      })
      // Before undici's own listener, so that not a byte is sent to a place that was not checked.
      socket.prependOnceListener('connect', function (this: Socket) {
        reached = true
        const wrong = remoteAddressError(this, address)
        if (wrong !== null) this.destroy(wrong)
        else if (target.protocol === 'https:') onStage('securing', address)
      })
      if (socket instanceof TLSSocket) noteValidity(socket)
    }

    onStage('resolving', null)
    findAddresses(target)
      .then((found) => {
        tryNext(found.slice(0, ADDRESSES_TRIED_MAX))
      })
      .catch((error: unknown) => {
        finish(error instanceof Error ? error : new Error(String(error)), null)
      })
    return () => {
      if (over) return
      over = true
      socket?.destroy()
    }
  }
}

/** SNI and the certificate's name stay the host's; only where the socket goes is decided here. */
function socketOptions({ protocol, hostname, port }: ConnectTarget, address: string): buildConnector.Options {
  const options = { protocol, hostname: address, host: address, port }
  if (protocol !== 'https:' || literalOf(hostname) !== null) return options
  return { ...options, servername: withoutRootDot(hostname) }
}

/** Belt and braces: whatever a library or the kernel made of the address, this is where the socket leads. */
function remoteAddressError(socket: Socket, address: string): ConnectError | null {
  const remote = socket.remoteAddress
  if (remote !== undefined && sameAddress(remote, address)) return null
  return new ConnectError(
    'address_denied',
    `The connection led to ${remote ?? 'nowhere'} instead of ${address}, so it was cut.`,
  )
}

function sameAddress(one: string, other: string): boolean {
  return canonical(one) === canonical(other)
}

function canonical(address: string): string {
  const plain = withoutMapping(address)
  return plain.includes(':') ? new URL(`http://[${plain}]/`).hostname : plain
}

/** undici reads `socket destroyed` between our answer and its use as a reason to connect again, without end. */
function asserted(socket: Socket): Parameters<ConnectCallback> {
  if (!socket.destroyed) return [null, socket]
  return [
    socket.errored ?? Object.assign(new Error('The connection was closed at once.'), { code: 'ECONNRESET' }),
    null,
  ]
}

/**
 * Puts the certificate's dates on the error that refuses it, since the certificate is out of reach by then. The event is
 * Node's own and undocumented: were it to vanish, a message would lose its date and nothing else.
 */
function noteValidity(socket: TLSSocket): void {
  let dates: { validFrom: string; validTo: string } | null = null
  socket.prependOnceListener('secure', () => {
    const { valid_from: validFrom, valid_to: validTo } = socket.getPeerCertificate()
    dates = { validFrom, validTo }
  })
  socket.prependOnceListener('error', (error: Error) => Object.assign(error, dates))
}
