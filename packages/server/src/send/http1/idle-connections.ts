import type { Clock } from '../../core/clock.ts'
import { LIMITS } from '../../core/limits.ts'
import { MINUTE_MS, SECOND_MS } from '../../core/time.ts'
import { createDeadline, type TimerWheel } from '../../core/timer-wheel.ts'
import type { Connection, IdlePlace } from './connection.ts'
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

/** What one organization has idle. */
interface Own {
  count: number
  /** By origin; the one used last stands last. */
  readonly origins: Map<string, Connection[]>
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
  const organizations = new Map<number, Own>()
  const distrusted = createDistrust(clock)
  let size = 0
  let closed = false

  function add(connection: Connection): void {
    const { organizationId, origin } = connection
    let own = organizations.get(organizationId)
    if (own === undefined) {
      own = { count: 0, origins: new Map() }
      organizations.set(organizationId, own)
    }
    const siblings = own.origins.get(origin)
    if (siblings === undefined) own.origins.set(origin, [connection])
    else siblings.push(connection)
    own.count += 1
    size += 1
  }

  /** It is not idle any more. */
  function forget(connection: Connection): void {
    const own = organizations.get(connection.organizationId)
    const siblings = own?.origins.get(connection.origin)
    const index = siblings?.lastIndexOf(connection) ?? -1
    if (own === undefined || siblings === undefined || index === -1) return
    if (index === siblings.length - 1) siblings.pop()
    else siblings.splice(index, 1)
    if (siblings.length === 0) own.origins.delete(connection.origin)
    own.count -= 1
    if (own.count === 0) organizations.delete(connection.organizationId)
    size -= 1
    if (connection.place !== null) wheel.cancel(connection.place.deadline)
  }

  function drop(connection: Connection): void {
    forget(connection)
    connection.close()
  }

  /**
   * Takes the oldest from the organization that has most, so that nobody can push out what others keep by keeping more. They
   * are searched through only when there are too many.
   */
  function evictOne(): void {
    let most: Own | null = null
    for (const own of organizations.values()) if (own.count > (most?.count ?? 0)) most = own
    let oldest: Connection | null = null
    for (const [first] of most?.origins.values() ?? []) {
      if (first !== undefined && keptAt(first) < keptAt(oldest)) oldest = first
    }
    if (oldest !== null) drop(oldest)
  }

  function placeOf(connection: Connection): IdlePlace {
    connection.place ??= { keptAt: 0, deadline: createDeadline(() => drop(connection)) }
    return connection.place
  }

  function isHasty(connection: Connection): boolean {
    return clock.monotonic() - keptAt(connection) < HASTY_MS_MAX
  }

  return {
    take(organizationId, origin) {
      const connection = organizations.get(organizationId)?.origins.get(origin)?.at(-1)
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
      add(connection)
      connection.free((how) => {
        forget(connection)
        if (how === 'unasked bytes' || isHasty(connection)) distrusted.add(connection)
      })
      wheel.set(place.deadline, connection.reader.framing?.idleMs ?? 0)
      if (size > connectionsMax) evictOne()
    },
    foundDead(connection) {
      if (isHasty(connection)) distrusted.add(connection)
      const siblings = organizations.get(connection.organizationId)?.origins.get(connection.origin) ?? []
      for (const sibling of [...siblings]) drop(sibling)
    },
    close() {
      closed = true
      const all = [...organizations.values()].flatMap(({ origins }) => [...origins.values()].flat())
      for (const connection of all) drop(connection)
    },
  }
}

function keptAt(connection: Connection | null): number {
  return connection?.place?.keptAt ?? Number.POSITIVE_INFINITY
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
