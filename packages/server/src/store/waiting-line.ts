/** Something handed in, with what its caller waits for. */
export interface Waiting<Item, Outcome> {
  item: Item
  resolve: (outcome: Outcome) => void
  reject: (error: unknown) => void
}

/**
 * What waits for a commit, with what it weighs. Owners take turns, one item at a time; what is of one owner goes in the
 * order it came. A line without owners is one queue.
 */
export interface WaitingLine<Item, Outcome> {
  readonly length: number
  readonly rows: number
  readonly bytes: number
  /** What waits of one owner. */
  weightOf(owner: number): { rows: number; bytes: number }
  add(waiting: Waiting<Item, Outcome>): void
  /**
   * Takes those whose turn it is, of no more than `rowsMax` rows and `bytesMax` bytes. With `oneAtLeast` the first is taken
   * however much it weighs.
   */
  take(rowsMax: number, bytesMax: number, oneAtLeast: boolean): Waiting<Item, Outcome>[]
  /** Puts in front again what was taken, in the order it was taken. */
  putBack(taken: readonly Waiting<Item, Outcome>[]): void
}

export interface LineOptions<Item> {
  rowsOf?: (item: Item) => number
  bytesOf?: (item: Item) => number
  ownerOf?: (item: Item) => number
}

interface Queue<Item, Outcome> {
  items: Waiting<Item, Outcome>[]
  rows: number
  bytes: number
}

export function createWaitingLine<Item, Outcome>({
  rowsOf = () => 1,
  bytesOf = () => 0,
  ownerOf = () => 0,
}: LineOptions<Item> = {}): WaitingLine<Item, Outcome> {
  /** Only owners that wait for something, the one whose turn it is first. */
  const queues = new Map<number, Queue<Item, Outcome>>()
  const total = { length: 0, rows: 0, bytes: 0 }

  function count(queue: Queue<Item, Outcome>, item: Item, sign: 1 | -1): void {
    const [rows, bytes] = [rowsOf(item), bytesOf(item)]
    for (const one of [queue, total]) {
      one.rows += sign * rows
      one.bytes += sign * bytes
    }
    total.length += sign
  }

  function queueOf(owner: number): Queue<Item, Outcome> {
    const queue = queues.get(owner) ?? { items: [], rows: 0, bytes: 0 }
    queues.set(owner, queue)
    return queue
  }

  /** One round: the next of each owner that fits. Answers whether anything was taken. */
  function takeRound(
    room: { rows: number; bytes: number },
    oneAtLeast: boolean,
    taken: Waiting<Item, Outcome>[],
  ): boolean {
    const before = taken.length
    for (const [owner, queue] of [...queues]) {
      const [next] = queue.items
      if (next === undefined) continue
      const [rows, bytes] = [rowsOf(next.item), bytesOf(next.item)]
      const fits = rows <= room.rows && bytes <= room.bytes
      // Whoever does not fit keeps its turn: the ones behind must not pass it for ever.
      if (!fits && !(oneAtLeast && taken.length === 0)) return false
      queue.items.shift()
      count(queue, next.item, -1)
      queues.delete(owner)
      if (queue.items.length > 0) queues.set(owner, queue)
      room.rows -= rows
      room.bytes -= bytes
      taken.push(next)
    }
    return taken.length > before
  }

  function takeAll(): Waiting<Item, Outcome>[] {
    const taken: Waiting<Item, Outcome>[] = []
    const room = { rows: Number.POSITIVE_INFINITY, bytes: Number.POSITIVE_INFINITY }
    while (takeRound(room, false, taken));
    return taken
  }

  return {
    get length() {
      return total.length
    },
    get rows() {
      return total.rows
    },
    get bytes() {
      return total.bytes
    },
    weightOf(owner) {
      const { rows = 0, bytes = 0 } = queues.get(owner) ?? {}
      return { rows, bytes }
    },
    add(waiting) {
      const queue = queueOf(ownerOf(waiting.item))
      queue.items.push(waiting)
      count(queue, waiting.item, 1)
    },
    take(rowsMax, bytesMax, oneAtLeast) {
      if (total.rows <= rowsMax && total.bytes <= bytesMax && queues.size <= 1) {
        const [only] = queues.values()
        queues.clear()
        total.length = 0
        total.rows = 0
        total.bytes = 0
        return only?.items ?? []
      }
      if (rowsMax === Number.POSITIVE_INFINITY) return takeAll()
      const taken: Waiting<Item, Outcome>[] = []
      const room = { rows: rowsMax, bytes: bytesMax }
      while (takeRound(room, oneAtLeast, taken));
      return taken
    },
    putBack(taken) {
      const owners = new Map<number, Queue<Item, Outcome>>()
      for (const waiting of taken.toReversed()) {
        const owner = ownerOf(waiting.item)
        const queue = queueOf(owner)
        queue.items.unshift(waiting)
        count(queue, waiting.item, 1)
        owners.delete(owner)
        owners.set(owner, queue)
      }
      // Their turn was taken from them: they go before the others, in the order they had.
      const others = [...queues].filter(([owner]) => !owners.has(owner))
      queues.clear()
      for (const [owner, queue] of [...[...owners].reverse(), ...others]) queues.set(owner, queue)
    },
  }
}
