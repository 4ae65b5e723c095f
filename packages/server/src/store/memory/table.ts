type Key = string | number

/** How to undo what was written since the transaction began, last first. */
export type Journal = (() => void)[]

/** Rows by key, with secondary indexes, every write of which can be undone. */
export interface Table<Row, Index extends string> {
  get(key: Key): Row | null
  /** Throws when the key is taken. */
  add(row: Row): void
  /** Inserts or replaces. */
  put(row: Row): void
  remove(key: Key): void
  all(): Row[]
  where(index: Index, value: Key): Row[]
  /** Values of `index` that have rows. */
  values(index: Index): Key[]
}

/**
 * Rows are copied and frozen on their way in: a caller that changes what it was given, which no other engine would
 * notice, fails here at once.
 */
export function createTable<Row extends object, Index extends string = never>(
  journal: Journal,
  keyOf: (row: Row) => Key,
  indexes: Record<Index, (row: Row) => Key | null>,
): Table<Row, Index> {
  const rows = new Map<Key, Row>()
  const entries = Object.entries(indexes) as [Index, (row: Row) => Key | null][]
  const maps = new Map<Index, Map<Key, Set<Key>>>(entries.map(([name]) => [name, new Map()]))

  function mapOf(index: Index): Map<Key, Set<Key>> {
    const map = maps.get(index)
    if (map === undefined) throw new Error(`no index ${index}`)
    return map
  }

  function unindex(key: Key, row: Row): void {
    for (const [name, valueOf] of entries) {
      const value = valueOf(row)
      if (value === null) continue
      const keys = mapOf(name).get(value)
      keys?.delete(key)
      if (keys?.size === 0) mapOf(name).delete(value)
    }
  }

  function index(key: Key, row: Row): void {
    for (const [name, valueOf] of entries) {
      const value = valueOf(row)
      if (value === null) continue
      const keys = mapOf(name).get(value)
      if (keys === undefined) mapOf(name).set(value, new Set([key]))
      else keys.add(key)
    }
  }

  function write(key: Key, row: Row | null): void {
    const before = rows.get(key)
    if (before !== undefined) unindex(key, before)
    if (row === null) {
      rows.delete(key)
    } else {
      rows.set(key, row)
      index(key, row)
    }
  }

  function writeJournaled(key: Key, row: Row | null): void {
    const before = rows.get(key) ?? null
    journal.push(() => write(key, before))
    write(key, row)
  }

  return {
    get: (key) => rows.get(key) ?? null,
    add(row) {
      if (rows.has(keyOf(row))) throw new Error(`the key ${keyOf(row)} is taken`)
      writeJournaled(keyOf(row), Object.freeze({ ...row }))
    },
    put: (row) => writeJournaled(keyOf(row), Object.freeze({ ...row })),
    remove: (key) => writeJournaled(key, null),
    all: () => [...rows.values()],
    where: (name, value) =>
      [...(mapOf(name).get(value) ?? [])].flatMap((key) => {
        const row = rows.get(key)
        return row === undefined ? [] : [row]
      }),
    values: (name) => [...mapOf(name).keys()],
  }
}

/** Undoes everything after `mark`, a length the journal had before. */
export function undo(journal: Journal, mark: number): void {
  while (journal.length > mark) journal.pop()?.()
}
