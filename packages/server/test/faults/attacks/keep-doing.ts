/** Something that is done over and over until it is told to stop. */
export interface Doing {
  /** How often it was begun. */
  readonly count: number
  /** What became of it: how often each outcome came. */
  readonly outcomes: ReadonlyMap<string, number>
  /** Begins no more, and resolves when the last has ended. */
  stop(): Promise<void>
}

interface Pace {
  /** As many are under way at most. */
  atOnce: number
  /** Starts no more often than this. */
  everyMs: number
}

/** An attacker does not care what it is answered, so a rejection is an outcome like any other. */
export function keepDoing({ atOnce, everyMs }: Pace, perform: () => Promise<string | number>): Doing {
  const outcomes = new Map<string, number>()
  const underWay = new Set<Promise<void>>()
  const begunAt = performance.now()
  let count = 0

  function begin(): void {
    count += 1
    const ended = perform()
      .catch((error: unknown) => (error instanceof Error ? error.name : 'Error'))
      .then((outcome) => {
        outcomes.set(String(outcome), (outcomes.get(String(outcome)) ?? 0) + 1)
        underWay.delete(ended)
      })
    underWay.add(ended)
  }

  /** What found no room in time is not made up for. */
  let due = 0
  const timer = setInterval(() => {
    const dueNow = (performance.now() - begunAt) / everyMs
    while (due < dueNow) {
      due += 1
      if (underWay.size < atOnce) begin()
    }
  }, 1)
  return {
    get count() {
      return count
    },
    outcomes,
    async stop() {
      clearInterval(timer)
      await Promise.all(underWay)
    },
  }
}
