/**
 * Which of the threads a task gets. A thread keeps what it compiled, so an organization gets the one it had last; else one
 * that nobody had yet, else the one that was let go of longest ago. So what one organization does to its threads, such as
 * running them to their limit, leaves those of another alone.
 */
export interface Slots {
  /** There must be a free one. */
  take(organizationId: number): number
  release(slot: number): void
}

export function createSlots(count: number): Slots {
  /** Free ones, the one that was let go of longest ago first. */
  const free = Array.from({ length: count }, (_, slot) => slot)
  const lastOf = new Map<number, number>()

  return {
    take(organizationId) {
      const own = free.findLastIndex((slot) => lastOf.get(slot) === organizationId)
      const unused = free.findIndex((slot) => !lastOf.has(slot))
      const [slot] = free.splice(own !== -1 ? own : Math.max(unused, 0), 1)
      if (slot === undefined) throw new Error('There is no free thread')
      lastOf.set(slot, organizationId)
      return slot
    },
    release(slot) {
      free.push(slot)
    },
  }
}
