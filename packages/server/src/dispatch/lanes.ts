import { createLane, isIdle, type Lane } from './lane.ts'

/**
 * Every lane. One that has nothing left to do is remembered for a while: whether its receiver is slow, what allowance it
 * earned, what counts against its rate limit. The one idle longest is forgotten first.
 */
export interface Lanes {
  /** A lane that has work. */
  get(webhookId: string): Lane | undefined
  /** The lane of a webhook, made when there is none. */
  of(webhookId: string, organizationId: number): Lane
  /** Puts the lane aside when it has nothing left to do. */
  dropIfIdle(lane: Lane): void
  /** Those that have work. */
  all(): Iterable<Lane>
}

/** Idle lanes that are remembered, of a few hundred bytes each. */
export const IDLE_LANES_MAX = 10_000

export function createLanes(): Lanes {
  const busy = new Map<string, Lane>()
  /** In the order in which they became idle. */
  const idle = new Map<string, Lane>()

  function revive(webhookId: string): Lane | undefined {
    const lane = idle.get(webhookId)
    if (lane !== undefined) idle.delete(webhookId)
    return lane
  }

  function remember(lane: Lane): void {
    lane.webhook = null // a reading grows old, and takes more room than all the rest
    lane.stopped = false // whoever asks the store for work of it is told
    idle.set(lane.webhookId, lane)
    if (idle.size <= IDLE_LANES_MAX) return
    const [oldest] = idle.keys()
    if (oldest !== undefined) idle.delete(oldest)
  }

  return {
    get: (webhookId) => busy.get(webhookId),
    of(webhookId, organizationId) {
      let lane = busy.get(webhookId)
      if (lane === undefined) {
        lane = revive(webhookId) ?? createLane(webhookId, organizationId)
        busy.set(webhookId, lane)
      }
      return lane
    },
    dropIfIdle(lane) {
      if (isIdle(lane) && busy.delete(lane.webhookId)) remember(lane)
    },
    all: () => busy.values(),
  }
}
