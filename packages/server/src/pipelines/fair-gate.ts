/**
 * Lets a bounded number in at once. Organizations that wait take turns, so that one which asks for hundreds of places
 * delays another by no more than one of them. How many wait is bounded by who asks.
 */
export interface FairGate {
  /**
   * Runs `work` when a place is free for it. Rejects with the signal's reason when it is aborted before, and leaves no trace
   * in the line then.
   */
  pass<Result>(organizationId: number, signal: AbortSignal, work: () => Promise<Result>): Promise<Result>
  /** Whoever waits, and whoever asks from now on, is turned away with what `reason` makes. */
  shut(reason: () => Error): void
}

export interface FairGateOptions {
  placesMax: number
  /** Of those, how many one organization may have. */
  perOrganizationMax: number
}

interface Waiter {
  enter(): void
  refuse(reason: unknown): void
}

export function createFairGate({ placesMax, perOrganizationMax }: FairGateOptions): FairGate {
  const inside = new Map<number, number>()
  // Maps and Sets keep insertion order: the first line is whose turn it is, re-inserting moves it to the end.
  const lines = new Map<number, Set<Waiter>>()
  let taken = 0
  let shutReason: (() => Error) | null = null

  function mayEnter(organizationId: number): boolean {
    return taken < placesMax && (inside.get(organizationId) ?? 0) < perOrganizationMax
  }

  function count(organizationId: number, change: 1 | -1): void {
    taken += change
    const now = (inside.get(organizationId) ?? 0) + change
    if (now === 0) inside.delete(organizationId)
    else inside.set(organizationId, now)
  }

  function wait(organizationId: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const line = lines.get(organizationId) ?? new Set()
      const leave = (): void => {
        signal.removeEventListener('abort', onAbort)
        line.delete(waiter)
        if (line.size === 0) lines.delete(organizationId)
      }
      const waiter: Waiter = {
        enter() {
          leave()
          resolve()
        },
        refuse(reason) {
          leave()
          // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors -- a signal's reason is what it is
          reject(reason)
        },
      }
      const onAbort = (): void => waiter.refuse(signal.reason)
      signal.addEventListener('abort', onAbort)
      lines.set(organizationId, line.add(waiter))
    })
  }

  /** A place is free: it goes to the first organization that may have one more. */
  function admit(): void {
    for (const [organizationId, line] of lines) {
      const [first] = line
      if (first === undefined || !mayEnter(organizationId)) continue
      lines.delete(organizationId)
      lines.set(organizationId, line)
      count(organizationId, 1)
      first.enter()
      return
    }
  }

  return {
    async pass(organizationId, signal, work) {
      if (shutReason !== null) throw shutReason()
      signal.throwIfAborted()
      // Whoever waits while there is room has as many places as it may have.
      if (mayEnter(organizationId)) count(organizationId, 1)
      else await wait(organizationId, signal)
      try {
        return await work()
      } finally {
        count(organizationId, -1)
        admit()
      }
    },
    shut(reason) {
      shutReason = reason
      for (const line of [...lines.values()]) for (const waiter of [...line]) waiter.refuse(reason())
    },
  }
}
