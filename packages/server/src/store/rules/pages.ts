import { LIMITS } from '../../core/limits.ts'
import type { Page } from '../store.ts'

/** A page of the `limit` first of `rows`, of which the engine read one more to learn whether another page follows. */
export function cutPage<Row>(rows: Row[], limit: number, idOf: (row: Row) => string): Page<Row> {
  if (rows.length <= limit) return { rows, next: null }
  const kept = rows.slice(0, limit)
  const last = kept.at(-1)
  return { rows: kept, next: last === undefined ? null : idOf(last) }
}

/**
 * A page of at most `limit` rows that brings along no more than one step may, and one row at least: where rows are large
 * it is shorter, and the next page begins there. Reads no further than that.
 */
export function takePage<Row>(
  rows: Iterable<Row>,
  limit: number,
  bytesOf: (row: Row) => number,
  idOf: (row: Row) => string,
): Page<Row> {
  const kept: Row[] = []
  let bytes = 0
  for (const row of rows) {
    bytes += bytesOf(row)
    const last = kept.at(-1)
    if (last !== undefined && (kept.length >= limit || bytes > LIMITS.listBytesMax)) {
      return { rows: kept, next: idOf(last) }
    }
    kept.push(row)
  }
  return { rows: kept, next: null }
}

/** The same page with its rows made into something else. */
export function mapPage<Row, Other>({ rows, next }: Page<Row>, map: (row: Row) => Other): Page<Other> {
  return { rows: rows.map(map), next }
}

/** The first rows, as many as weigh no more than `bytesMax`; one at least. */
export function takeUpTo<Row>(rows: Iterable<Row>, bytesMax: number, bytesOf: (row: Row) => number): Row[] {
  const taken: Row[] = []
  let bytes = 0
  for (const row of rows) {
    bytes += bytesOf(row)
    if (taken.length > 0 && bytes > bytesMax) break
    taken.push(row)
  }
  return taken
}
