/** Lets a bounded number in at once, in the order of asking, and a bounded number wait. */
export interface Gate {
  /** Runs `work` with a free slot (0 … slots − 1) of its own, waiting for one if need be. */
  pass<Result>(work: (slot: number) => Promise<Result>): Promise<Result>
  /** Whoever waits, and whoever asks from now on, is turned away with what `reason` makes. */
  shut(reason: () => Error): void
}

export function createGate(slots: number, waitingMax: number, whenFull: () => Error): Gate {
  const free = Array.from({ length: slots }, (_, slot) => slot)
  const waiting: { resolve: (slot: number) => void; reject: (reason: Error) => void }[] = []
  let shutReason: (() => Error) | null = null

  function enter(): number | Promise<number> {
    if (shutReason !== null) throw shutReason()
    const slot = free.pop()
    if (slot !== undefined) return slot
    if (waiting.length >= waitingMax) throw whenFull()
    return new Promise((resolve, reject) => waiting.push({ resolve, reject }))
  }

  function leave(slot: number): void {
    const next = waiting.shift()
    if (next === undefined) free.push(slot)
    else next.resolve(slot)
  }

  return {
    async pass(work) {
      const slot = await enter()
      try {
        return await work(slot)
      } finally {
        leave(slot)
      }
    },
    shut(reason) {
      shutReason = reason
      for (const { reject } of waiting.splice(0)) reject(reason())
    },
  }
}
