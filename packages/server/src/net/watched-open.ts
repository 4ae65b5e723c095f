import { TLSSocket } from 'node:tls'
import { ConnectError, type ConnectStage } from '../guard/connect-error.ts'
import type { Open } from '../guard/connect.ts'
import { errorCode } from '../guard/error-code.ts'
import type { NetHealth } from './net-health.ts'
import { ownFaultOf } from './own-fault.ts'

/** What the kernel says when nothing came back. A refusal is no such thing: the host, or what stands before it, was reached. */
const UNREACHED: ReadonlySet<string | undefined> = new Set([
  'ETIMEDOUT',
  'UND_ERR_CONNECT_TIMEOUT',
  'EHOSTUNREACH',
  'EHOSTDOWN',
  'ENETUNREACH',
  'ENONET',
])

const DATES: ReadonlySet<string | undefined> = new Set(['CERT_HAS_EXPIRED', 'CERT_NOT_YET_VALID'])

/** An opening that is given up after this has had the time it needed. */
const GIVEN_UP_MS_MIN = 10_000

/** Tells `health` of each opening how far it came. */
export function watchedOpen(open: Open, health: NetHealth): Open {
  const { network, clock } = health.senses
  return (target, onStage, callback) => {
    const { protocol, hostname, port } = target
    const origin = `${protocol}//${hostname}:${port}`
    const opening = network.begin(origin, health.now())
    const handshake = protocol === 'https:' ? clock.begin(origin, health.now()) : null
    let over = false

    function reached(): void {
      if (!over) network.ended(opening)
      over = true
      health.worked('network')
    }

    function unreached(): void {
      if (!over) network.failed(opening, health.now())
      over = true
    }

    function end(): void {
      if (!over) network.ended(opening)
      over = true
      if (handshake !== null) clock.ended(handshake)
    }

    function failed(error: Error, stage: ConnectStage): void {
      const code = errorCode(error)
      const own = ownFaultOf(error)
      if (own?.code === 'network_down') network.broken()
      // A name server whose own network is down says SERVFAIL of every name.
      const isNameless = error instanceof ConnectError && error.code === 'dns_failed'
      if (own !== null || (error instanceof ConnectError && !isNameless)) end()
      else if (isNameless || UNREACHED.has(code)) unreached()
      else if (stage !== 'resolving') reached()
      // Of one certificate, however many names it is for.
      if (handshake !== null && DATES.has(code))
        clock.failed(handshake, health.now(), datesOf(error) ?? origin)
      end()
    }

    let stage: ConnectStage = 'resolving'
    const giveUp = open(
      target,
      (now, address) => {
        stage = now
        if (now === 'securing') reached()
        onStage(now, address)
      },
      (error, socket) => {
        if (error === null) {
          reached()
          if (handshake !== null) clock.ended(handshake)
          // A resumed session brings no certificate.
          if (socket instanceof TLSSocket && !socket.isSessionReused()) health.worked('clock')
          callback(null, socket)
        } else {
          failed(error, stage)
          callback(error, null)
        }
      },
    )
    return () => {
      if (!over && health.now() - opening.begunAt >= GIVEN_UP_MS_MIN) unreached()
      end()
      giveUp()
    }
  }
}

/** What guard/ notes on an error that refuses a certificate. */
function datesOf(error: Error): string | null {
  const { validFrom, validTo } = error as { validFrom?: unknown; validTo?: unknown }
  return typeof validFrom === 'string' && typeof validTo === 'string' ? `${validFrom} – ${validTo}` : null
}
