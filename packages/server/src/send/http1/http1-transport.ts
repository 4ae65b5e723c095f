import type { ReportedError } from '../../core/attempt.ts'
import type { Clock } from '../../core/clock.ts'
import { LIMITS } from '../../core/limits.ts'
import { createTimerWheel } from '../../core/timer-wheel.ts'
import type { Guard } from '../../guard/guard.ts'
import { classify } from '../../net/classify.ts'
import { RECEIVER } from '../receiver.ts'
import { reportOf } from '../report.ts'
import type { Transport } from '../transport.ts'
import { startExchange } from './exchange.ts'
import { createFreshLook } from './fresh-look.ts'
import { createIdleConnections } from './idle-connections.ts'
import { createTargets } from './target.ts'
import { createTlsSessions } from './tls-sessions.ts'

export interface Http1TransportOptions {
  guard: Pick<Guard, 'checkUrl' | 'open'>
  clock: Clock
  /** From the start of the connection to the status line. */
  deadlineMs?: number
  /** Connections kept for a next request, over all organizations. */
  idleConnectionsMax?: number
  /** Calls back after a fresh look at all sockets. Those of a simulation hold nothing back: it calls back at once. */
  look?: (action: () => void) => void
}

/**
 * Sends over HTTP/1.1 on sockets that the guard opens. Whoever calls `send` has a right to a connection: how many requests
 * are under way is decided before. Proxy variables of the environment are ignored and redirects are never followed: either
 * would let somebody else choose where the request goes.
 */
export function createHttp1Transport({
  guard,
  clock,
  deadlineMs = LIMITS.attemptDeadlineMs,
  idleConnectionsMax = LIMITS.idleConnectionsMax,
  look = createFreshLook(),
}: Http1TransportOptions): Transport {
  const wheel = createTimerWheel(clock)
  const idle = createIdleConnections({ clock, wheel, connectionsMax: idleConnectionsMax })
  const sessions = createTlsSessions(LIMITS.tlsSessionsMax)
  const targetOf = createTargets((url) => guard.checkUrl(url))
  const parts = { clock, wheel, look, open: guard.open, idle, sessions, deadlineMs }

  function refusalOf(error: unknown): ReportedError {
    const known = { host: '', stage: 'resolving', address: null, connectMs: null, deadlineMs } as const
    return classify(error, { ...RECEIVER, ...known })
  }

  return {
    send: (request) =>
      new Promise((resolve) => {
        try {
          startExchange(parts, targetOf(request.url), request, resolve)
        } catch (error) {
          const failure = refusalOf(error)
          const { startedAt } = request
          resolve(reportOf({ startedAt, answer: null, failure, sends: 0, durationMs: 0, nowMs: clock.now() }))
        }
      }),
    close: () => {
      idle.close()
      wheel.stop()
      return Promise.resolve()
    },
  }
}
