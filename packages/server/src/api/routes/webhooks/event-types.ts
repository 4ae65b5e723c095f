import { EVENT_TYPES, isBuiltInType } from '../../../catalogue/event-types.ts'
import { Problem, type FieldError } from '../../../core/errors.ts'
import { LIMITS } from '../../../core/limits.ts'
import type { Store } from '../../../store/store.ts'

const BUILT_IN = EVENT_TYPES.map(({ type }) => type)
/** A word must begin like another by this much to be taken for a misspelling of it. */
const SHARED_START_MIN = 4

/**
 * The types without repeats, in the order given: built-in ones and those that the organization declared. Throws
 * `unknown_event_type` naming `events[i]`.
 */
export async function checkedEventTypes(
  store: Pick<Store, 'eventTypes'>,
  organizationId: number,
  events: readonly string[],
): Promise<string[]> {
  const types = [...new Set(events)]
  const known = await Promise.all(
    types.map(
      async (type) => isBuiltInType(type) || (await store.eventTypes.get(organizationId, type)) !== null,
    ),
  )
  const unknown = new Set(types.filter((_type, index) => known[index] !== true))
  if (unknown.size === 0) return types
  const own = await store.eventTypes.list(organizationId, { limit: LIMITS.pageSizeMax, before: null })
  const names = [...BUILT_IN, ...own.rows.map(({ type }) => type)]
  const errors = events.flatMap((type, index): FieldError[] =>
    unknown.has(type) ? [{ field: `events[${index}]`, message: refusal(type, names) }] : [],
  )
  throw new Problem('unknown_event_type', `${errors[0]?.field}: ${errors[0]?.message}`, errors)
}

function refusal(type: string, names: readonly string[]): string {
  const near = nearTypes(type, names)
  const hint =
    near.length > 0
      ? `Did you mean ${near.join(', ')}?`
      : `The event types are ${names.join(', ')}; POST /api/v1/event-types declares your own.`
  return `There is no event type ${JSON.stringify(type)}. ${hint}`
}

/** Types that have a word in common with `type`, or one that begins the same way. */
function nearTypes(type: string, names: readonly string[]): string[] {
  const words = type
    .toLowerCase()
    .split(/[^a-z]+/)
    .filter((word) => word !== '')
  const near = (limit: (word: string, other: string) => boolean) =>
    names.filter((known) => known.split('.').some((other) => words.some((word) => limit(word, other))))
  const same = near((word, other) => word === other)
  return same.length > 0
    ? same
    : near((word, other) => word.slice(0, SHARED_START_MIN) === other.slice(0, SHARED_START_MIN))
}
