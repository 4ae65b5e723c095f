import type { AttemptError } from '../core/attempt.ts'
import type { Clock } from '../core/clock.ts'
import { LIMITS } from '../core/limits.ts'
import type { Guard } from '../guard/guard.ts'
import { classify } from '../net/classify.ts'
import { createConnections } from './connections.ts'
import { startExchange, type ExchangeTarget } from './exchange.ts'
import { RECEIVER } from './receiver.ts'
import { reportUnsent } from './report.ts'
import type { Transport } from './transport.ts'

export interface UndiciTransportOptions {
  guard: Guard
  clock: Clock
  /** For the whole of an attempt: waiting for a connection, DNS, connecting, TLS, request, answer. */
  deadlineMs?: number
  /** Connections to one scheme, host and port; further requests wait for one within their deadline. */
  connectionsPerOriginMax: number
  /** Connections kept for a next request, over all origins. */
  idleConnectionsMax?: number
}

const IDLE_CONNECTIONS_MAX = 1_000

/** URLs whose check and parts are remembered; the guard's rules do not change while it runs. */
const TARGETS_MAX = 10_000

/**
 * Sends over HTTP/1.1 on kept-alive connections that the guard opens. Proxy variables of the environment are ignored and
 * redirects are never followed: either would let somebody else choose where the request goes.
 */
export function createUndiciTransport({
  guard,
  clock,
  deadlineMs = LIMITS.attemptDeadlineMs,
  connectionsPerOriginMax,
  idleConnectionsMax = IDLE_CONNECTIONS_MAX,
}: UndiciTransportOptions): Transport {
  const connections = createConnections({
    clock,
    open: guard.open,
    connectionsPerOriginMax,
    idleConnectionsMax,
  })
  const targets = new Map<string, ExchangeTarget>()

  function targetOf(text: string): ExchangeTarget {
    const known = targets.get(text)
    if (known !== undefined) return known
    const { origin, host, pathname, search } = guard.checkUrl(text)
    const target = { origin, host, path: pathname + search }
    if (targets.size >= TARGETS_MAX) targets.clear()
    targets.set(text, target)
    return target
  }

  function refusalOf(error: unknown): AttemptError {
    return classify(error, {
      ...RECEIVER,
      host: '',
      stage: 'waiting',
      address: null,
      connectMs: null,
      deadlineMs,
    })
  }

  return {
    send: (request) =>
      new Promise((resolve) => {
        try {
          startExchange({ clock, connections, deadlineMs }, targetOf(request.url), request, resolve)
        } catch (error) {
          resolve(reportUnsent(request, refusalOf(error), clock.now()))
        }
      }),
    close: () => {
      connections.close()
      return Promise.resolve()
    },
  }
}
