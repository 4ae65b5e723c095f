import { cutPage } from '../rules/pages.ts'
import type { Page, PageRequest } from '../store.ts'

/** Ids are time-ordered, as text too. */
export function newestFirst<Row extends { id: string }>(
  rows: readonly Row[],
  request: PageRequest,
): Page<Row> {
  const { before } = request
  const older = before === null ? [...rows] : rows.filter((row) => row.id < before)
  older.sort((left, right) => (left.id < right.id ? 1 : -1))
  return cutPage(older, request.limit, (row) => row.id)
}
