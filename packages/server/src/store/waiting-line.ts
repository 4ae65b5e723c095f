/** Something handed in, with what its caller waits for. */
export interface Waiting<Item, Outcome> {
  item: Item
  resolve: (outcome: Outcome) => void
  reject: (error: unknown) => void
}

/** What waits for a commit, oldest first, with what it weighs. */
export interface WaitingLine<Item, Outcome> {
  readonly length: number
  readonly rows: number
  readonly bytes: number
  add(waiting: Waiting<Item, Outcome>): void
  /** Takes the oldest, of no more than `rowsMax` rows; but one at least, however many rows it has. */
  take(rowsMax: number): Waiting<Item, Outcome>[]
  /** Puts in front again what was taken. */
  putBack(taken: readonly Waiting<Item, Outcome>[]): void
}

export function createWaitingLine<Item, Outcome>(
  rowsOf: (item: Item) => number = () => 1,
  bytesOf: (item: Item) => number = () => 0,
): WaitingLine<Item, Outcome> {
  const line: Waiting<Item, Outcome>[] = []
  let rows = 0
  let bytes = 0

  function count({ item }: Waiting<Item, Outcome>, sign: 1 | -1): void {
    rows += sign * rowsOf(item)
    bytes += sign * bytesOf(item)
  }

  return {
    get length() {
      return line.length
    },
    get rows() {
      return rows
    },
    get bytes() {
      return bytes
    },
    add(waiting) {
      line.push(waiting)
      count(waiting, 1)
    },
    take(rowsMax) {
      if (rows <= rowsMax) {
        rows = 0
        bytes = 0
        return line.splice(0)
      }
      let taken = 0
      let rowsTaken = 0
      for (const { item } of line) {
        rowsTaken += rowsOf(item)
        if (taken > 0 && rowsTaken > rowsMax) break
        taken += 1
      }
      const oldest = line.splice(0, taken)
      for (const waiting of oldest) count(waiting, -1)
      return oldest
    },
    putBack(taken) {
      line.unshift(...taken)
      for (const waiting of taken) count(waiting, 1)
    },
  }
}
