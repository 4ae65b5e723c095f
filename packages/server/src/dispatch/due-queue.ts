/** A binary min-heap of things by the time they are due. Entries are never removed early: the taker checks them. */
export interface DueQueue<Item> {
  add(dueAt: number, item: Item): void
  /** The earliest entry's time; null when empty. */
  earliest(): number | null
  /** Removes and returns the earliest entry that is due at `now`; null when none is. */
  takeDue(now: number): Item | null
}

export function createDueQueue<Item>(): DueQueue<Item> {
  const heap: { dueAt: number; item: Item }[] = []

  function dueAtOf(index: number): number {
    return heap[index]?.dueAt ?? Number.POSITIVE_INFINITY
  }

  function swap(left: number, right: number): void {
    const a = heap[left]
    const b = heap[right]
    if (a === undefined || b === undefined) return
    heap[left] = b
    heap[right] = a
  }

  function rise(index: number): void {
    for (let child = index; child > 0;) {
      const parent = (child - 1) >> 1
      if (dueAtOf(parent) <= dueAtOf(child)) return
      swap(parent, child)
      child = parent
    }
  }

  function sink(): void {
    for (let parent = 0; ;) {
      const left = 2 * parent + 1
      const least = dueAtOf(left + 1) < dueAtOf(left) ? left + 1 : left
      if (dueAtOf(parent) <= dueAtOf(least)) return
      swap(parent, least)
      parent = least
    }
  }

  return {
    add(dueAt, item) {
      heap.push({ dueAt, item })
      rise(heap.length - 1)
    },
    earliest: () => heap[0]?.dueAt ?? null,
    takeDue(now) {
      const first = heap[0]
      if (first === undefined || first.dueAt > now) return null
      const last = heap.pop()
      if (last !== undefined && heap.length > 0) {
        heap[0] = last
        sink()
      }
      return first.item
    },
  }
}
