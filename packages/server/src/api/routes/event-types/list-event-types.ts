import { z } from 'zod'
import { eventTypeSummaries } from '../../../catalogue/event-type-summaries.ts'
import { isBuiltInType } from '../../../catalogue/event-types.ts'
import type { EventTypeStore, Page, PageRequest } from '../../../store/store.ts'
import type { ApiContext } from '../../context.ts'
import { operation } from '../../operation.ts'
import { listBody, listSchema, PAGE_QUERY, pageOf, pageRequest } from '../../pagination.ts'
import { builtInTypeView, customTypeView, eventTypeSchema } from '../../views/event-type.ts'

type EventTypeView = ReturnType<typeof customTypeView>

export function listEventTypes({ store }: Pick<ApiContext, 'store'>) {
  return operation({
    id: 'listEventTypes',
    method: 'GET',
    path: '/api/v1/event-types',
    tag: 'event types',
    summary: 'List event types',
    access: ['read'],
    query: z.strictObject(PAGE_QUERY),
    answers: {
      200: listSchema(
        eventTypeSchema,
        'Built-in types come first, in the order of the catalogue. Your own types follow, by name.',
      ),
    },
    async handle({ caller: { organization }, query }) {
      const page = await pageOfAll(store.eventTypes, organization.id, pageRequest('event types', query))
      return { status: 200, body: listBody('event types', page, (view) => view) }
    },
  })
}

/** One list of two: a page may hold the end of the built-in ones and the beginning of the organization's own. */
async function pageOfAll(
  types: EventTypeStore,
  organizationId: number,
  { limit, before }: PageRequest,
): Promise<Page<EventTypeView>> {
  const own = async (wanted: PageRequest): Promise<Page<EventTypeView>> => {
    const { rows, next } = await types.list(organizationId, wanted)
    return { rows: rows.map(customTypeView), next }
  }
  if (before !== null && !isBuiltInType(before)) return own({ limit, before })
  const builtIn = pageOf(eventTypeSummaries(), ({ type }) => type, { limit, before })
  const rows = builtIn.rows.map(builtInTypeView)
  if (builtIn.next !== null) return { rows, next: builtIn.next }
  if (rows.length === limit) {
    const more = (await types.count(organizationId)) > 0
    return { rows, next: more ? (rows.at(-1)?.type ?? null) : null }
  }
  const rest = await own({ limit: limit - rows.length, before: null })
  return { rows: [...rows, ...rest.rows], next: rest.next }
}
