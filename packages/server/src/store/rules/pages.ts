import type { Page } from '../store.ts'

/** A page of the `limit` first of `rows`, of which the engine read one more to learn whether another page follows. */
export function cutPage<Row>(rows: Row[], limit: number, idOf: (row: Row) => string): Page<Row> {
  if (rows.length <= limit) return { rows, next: null }
  const kept = rows.slice(0, limit)
  const last = kept.at(-1)
  return { rows: kept, next: last === undefined ? null : idOf(last) }
}
