import type { Lane } from './lane.ts'

/**
 * Whose turn it is: organizations take turns, and within one its webhooks do, so that neither a busy tenant nor a busy
 * webhook delays the others by more than one attempt a turn. Holds only lanes that want a turn.
 */
export interface TurnOrder {
  /** Asks for turns for a lane; does nothing when it waits already. */
  join(lane: Lane): void
  /** The next lane that `mayStart`, moved to the end of its line; lanes that may not are dropped until they join again. */
  next(mayStart: (lane: Lane) => boolean): Lane | null
}

export function createTurnOrder(): TurnOrder {
  // Maps and Sets keep insertion order: the first entry is whose turn it is, re-inserting moves it to the end.
  const organizations = new Map<number, Set<Lane>>()

  function join(lane: Lane): void {
    const line = organizations.get(lane.organizationId)
    if (line === undefined) organizations.set(lane.organizationId, new Set([lane]))
    else line.add(lane)
  }

  function firstIn(line: Set<Lane>, mayStart: (lane: Lane) => boolean): Lane | null {
    for (const lane of line) {
      line.delete(lane)
      if (!mayStart(lane)) continue
      line.add(lane)
      return lane
    }
    return null
  }

  return {
    join,
    next(mayStart) {
      // Asked after every attempt, and most often in vain.
      if (organizations.size === 0) return null
      for (const [organizationId, line] of organizations) {
        organizations.delete(organizationId)
        const lane = firstIn(line, mayStart)
        if (lane === null) continue
        organizations.set(organizationId, line)
        return lane
      }
      return null
    },
  }
}
