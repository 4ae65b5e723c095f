import { EVENT_TYPES, isBuiltInType } from '../../../catalogue/event-types.ts'
import { Problem, type FieldError } from '../../../core/errors.ts'

const KNOWN = EVENT_TYPES.map(({ type }) => type)
/** A word must begin like another by this much to be taken for a misspelling of it. */
const SHARED_START_MIN = 4

/** The types without repeats, in the order given. Throws `unknown_event_type` naming `events[i]`. */
export function checkedEventTypes(events: readonly string[]): string[] {
  const errors = events.flatMap((type, index): FieldError[] =>
    isBuiltInType(type) ? [] : [{ field: `events[${index}]`, message: refusal(type) }],
  )
  if (errors[0]) throw new Problem('unknown_event_type', `${errors[0].field}: ${errors[0].message}`, errors)
  return [...new Set(events)]
}

function refusal(type: string): string {
  const near = nearTypes(type)
  const hint = near.length > 0 ? `Did you mean ${near.join(', ')}?` : `There are ${KNOWN.join(', ')}.`
  return `There is no event type ${JSON.stringify(type)}. ${hint}`
}

/** Types that have a word in common with `type`, or one that begins the same way. */
function nearTypes(type: string): string[] {
  const words = type
    .toLowerCase()
    .split(/[^a-z]+/)
    .filter((word) => word !== '')
  const near = (limit: (word: string, other: string) => boolean) =>
    KNOWN.filter((known) => known.split('.').some((other) => words.some((word) => limit(word, other))))
  const same = near((word, other) => word === other)
  return same.length > 0
    ? same
    : near((word, other) => word.slice(0, SHARED_START_MIN) === other.slice(0, SHARED_START_MIN))
}
