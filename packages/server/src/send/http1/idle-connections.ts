import type { Clock } from '../../core/clock.ts'
import { LIMITS } from '../../core/limits.ts'
import { MINUTE_MS, SECOND_MS } from '../../core/time.ts'
import { createDeadline, type Deadline, type TimerWheel } from '../../core/timer-wheel.ts'
import type { Connection } from './connection.ts'
import { createFairBound } from './fair-bound.ts'

/**
 * Keeps connections for a next request of the same organization to the same origin. Organizations share none: whatever a
 * server sends late on a connection can only ever meet a request of the tenant that it was sent to.
 */
export interface IdleConnections {
  /** The one used last, so that the others can grow old and close; null when there is none. */
  take(organizationId: number, origin: string): Connection | null
  /** Keeps a connection whose answer is over, or closes it. */
  keep(connection: Connection): void
  /** A kept connection was found dead under a request: closes its siblings, which may be dead too. */
  foundDead(connection: Connection): void
  /** Closes those that are idle now, and others as they come back. Safe to call twice. */
  close(): void
}

/** No server that means to keep connections closes one this soon after an answer. */
const HASTY_MS_MAX = SECOND_MS
/**
 * Some servers close each connection behind its answer without announcing it, or send more than their answer. The next
 * request may be on its way already, need a second try each time, or take for its answer what is none. So for a while their
 * connections are not used again.
 */
const DISTRUST_MS = MINUTE_MS
/** A connection in constant use is ended at this age, so that a changed DNS record takes effect. */
const AGE_MS_MAX = 5 * MINUTE_MS

interface Place {
  readonly connection: Connection
  readonly deadline: Deadline
  keptAt: number
}

export function createIdleConnections({
  clock,
  wheel,
  connectionsMax,
}: {
  clock: Pick<Clock, 'monotonic'>
  wheel: TimerWheel
  connectionsMax: number
}): IdleConnections {
  /** By organization, then by origin; the one used last stands last. */
  const idle = new Map<number, Map<string, Connection[]>>()
  /** Of every connection that was kept once. */
  const places = new WeakMap<Connection, Place>()
  const bound = createFairBound<Connection>(connectionsMax, (evicted) => {
    forget(evicted)
    evicted.close()
  })
  const distrusted = createDistrust(clock)
  let closed = false

  function placeOf(connection: Connection): Place {
    const known = places.get(connection)
    if (known !== undefined) return known
    const place = { connection, deadline: createDeadline(() => drop(connection)), keptAt: 0 }
    places.set(connection, place)
    return place
  }

  /** It is not idle any more. */
  function forget(connection: Connection): void {
    const { organizationId, origin } = connection
    const origins = idle.get(organizationId)
    const siblings = origins?.get(origin)
    const index = siblings?.lastIndexOf(connection) ?? -1
    if (origins === undefined || siblings === undefined || index === -1) return
    if (index === siblings.length - 1) siblings.pop()
    else siblings.splice(index, 1)
    if (siblings.length === 0) {
      origins.delete(origin)
      if (origins.size === 0) idle.delete(organizationId)
    }
    bound.remove(organizationId, connection)
    wheel.cancel(placeOf(connection).deadline)
  }

  function drop(connection: Connection): void {
    forget(connection)
    connection.close()
  }

  function isHasty({ keptAt }: Place): boolean {
    return clock.monotonic() - keptAt < HASTY_MS_MAX
  }

  function addIdle(connection: Connection): void {
    const { organizationId, origin } = connection
    const origins = idle.get(organizationId) ?? new Map<string, Connection[]>()
    if (origins.size === 0) idle.set(organizationId, origins)
    const siblings = origins.get(origin)
    if (siblings === undefined) origins.set(origin, [connection])
    else siblings.push(connection)
  }

  return {
    take(organizationId, origin) {
      const connection = idle.get(organizationId)?.get(origin)?.at(-1)
      if (connection === undefined) return null
      forget(connection)
      return connection
    },
    keep(connection) {
      const now = clock.monotonic()
      if (connection.reader.overrun) distrusted.add(connection)
      const isKept =
        !closed &&
        connection.isReusable &&
        now - connection.openedAt <= AGE_MS_MAX &&
        !distrusted.has(connection)
      if (!isKept) {
        connection.close()
        return
      }
      const place = placeOf(connection)
      place.keptAt = now
      addIdle(connection)
      connection.free((how) => {
        forget(connection)
        if (how === 'unasked bytes' || isHasty(place)) distrusted.add(connection)
      })
      wheel.set(place.deadline, connection.reader.framing?.idleMs ?? 0)
      bound.add(connection.organizationId, connection)
    },
    foundDead(connection) {
      if (isHasty(placeOf(connection))) distrusted.add(connection)
      const siblings = idle.get(connection.organizationId)?.get(connection.origin) ?? []
      for (const sibling of [...siblings]) drop(sibling)
    },
    close() {
      closed = true
      for (const connection of bound.items()) drop(connection)
    },
  }
}

/** Until when connections of an organization to an origin are used once only. */
function createDistrust(clock: Pick<Clock, 'monotonic'>) {
  const until = new Map<string, number>()
  const bound = createFairBound<string>(LIMITS.distrustedOriginsMax, (key) => until.delete(key))
  const keyOf = ({ organizationId, origin }: Connection): string => `${organizationId} ${origin}`
  return {
    add(connection: Connection): void {
      const key = keyOf(connection)
      until.set(key, clock.monotonic() + DISTRUST_MS)
      bound.add(connection.organizationId, key)
    },
    has(connection: Connection): boolean {
      if (until.size === 0) return false
      const key = keyOf(connection)
      const end = until.get(key)
      if (end === undefined || end > clock.monotonic()) return end !== undefined
      until.delete(key)
      bound.remove(connection.organizationId, key)
      return false
    },
  }
}
