import { z } from 'zod'
import { fieldProblem } from '../core/errors.ts'
import { LIMITS } from '../core/limits.ts'
import type { Page, PageRequest } from '../store/store.ts'

const CURSOR_CHARACTERS_MAX = 200

/** The query fields of every list. */
export const PAGE_QUERY = {
  limit: z.coerce
    .number()
    .int()
    .min(1)
    .max(LIMITS.pageSizeMax)
    .default(LIMITS.pageSizeDefault)
    .describe(
      'Number of rows in one answer. There are fewer when rows are large; `next_cursor` continues the list.',
    ),
  cursor: z
    .string()
    .max(CURSOR_CHARACTERS_MAX)
    .optional()
    .describe('`next_cursor` of the previous page. Leave it out for the first page.'),
}

export function listSchema<Row extends z.ZodType>(row: Row, order = 'Newest first.') {
  return z
    .object({
      data: z.array(row).describe(order),
      next_cursor: z
        .string()
        .nullable()
        .describe('Send it as `cursor` to get the next page. Null on the last page.'),
    })
    .describe('One page.')
}

/** The rows a list holds, and so what its cursors may name. */
export type ListName =
  | 'webhooks'
  | 'channels'
  | 'deliveries'
  | 'events'
  | 'event types'
  | 'projects'
  | 'monitors'
  | 'workflows'
  | 'runs'
  | 'alert rules'
  | 'alerts'
  | 'organizations'
  | 'keys'

const ID_FORMS: Readonly<Record<ListName, RegExp>> = {
  webhooks: /^[\w-]{1,80}$/,
  channels: /^[\w-]{1,80}$/,
  'alert rules': /^[\w-]{1,80}$/,
  alerts: /^[\w-]{1,80}$/,
  deliveries: /^[\w-]{1,80}$/,
  events: /^[\w-]{1,80}$/,
  'event types': /^[\w.-]{1,128}$/,
  organizations: /^[\w-]{1,80}$/,
  keys: /^[\w-]{1,80}$/,
  projects: /^[\w-]{1,80}$/,
  monitors: /^[\w-]{1,80}$/,
  runs: /^[\w-]{1,80}$/,
  workflows: /^\d{1,15}$/,
}

/** What to ask of the store. Throws `invalid_request` on `cursor` when it is not one that this list gave. */
export function pageRequest(
  list: ListName,
  query: { limit: number; cursor?: string | undefined },
): PageRequest {
  if (query.cursor === undefined) return { limit: query.limit, before: null }
  const [name, before] = Buffer.from(query.cursor, 'base64url').toString('latin1').split(':', 2)
  if (
    name !== list ||
    before === undefined ||
    !ID_FORMS[list].test(before) ||
    query.cursor !== cursorOf(list, before)
  ) {
    throw fieldProblem('invalid_request', 'cursor', `This cursor does not come from the list of ${list}.`)
  }
  return { limit: query.limit, before }
}

/** One page of a list that is at hand as a whole. Empty after a row that is not in it any more. */
export function pageOf<Row>(
  rows: readonly Row[],
  idOf: (row: Row) => string,
  { limit, before }: PageRequest,
): Page<Row> {
  const last = before === null ? -1 : rows.findIndex((row) => idOf(row) === before)
  if (before !== null && last === -1) return { rows: [], next: null }
  const shown = rows.slice(last + 1, last + 1 + limit)
  const end = shown.at(-1)
  const isLastPage = last + 1 + limit >= rows.length
  return { rows: shown, next: isLastPage || end === undefined ? null : idOf(end) }
}

/** The answer's form of a store's page. */
export function listBody<Row, Shown>(list: ListName, page: Page<Row>, show: (row: Row) => Shown) {
  return { data: page.rows.map(show), next_cursor: page.next === null ? null : cursorOf(list, page.next) }
}

function cursorOf(list: ListName, before: string): string {
  return Buffer.from(`${list}:${before}`, 'latin1').toString('base64url')
}
