import { EVENT_TYPES } from '../../catalogue/event-types.ts'

/** What a filter may name: the fields that stand at the top of any event's body, and `body`, the whole of it. */
export const FILTER_VARIABLES: readonly string[] = [
  ...new Set(EVENT_TYPES.flatMap(({ bodySchema }) => Object.keys(bodySchema.shape))),
  'body',
].sort()

/** What the API says of a webhook's `filter`. */
export const FILTER_DESCRIPTION =
  'A CEL expression on the body of the event. The webhook receives the events for which it is true, such as ' +
  '`type == "run.failed" && summary.error_count > 3` or `data.score < 50`. It can use the top-level fields of the body ' +
  `(${FILTER_VARIABLES.join(', ')}). \`body\` is the whole body; \`type\` and \`event\` are both the type of the event. An ` +
  'event for which the expression fails is not sent, so ask first whether a field exists ' +
  '(`has(data.score) && data.score < 50`). A field that is null exists. Whole numbers of 64 bits compare exactly. An event that ' +
  'is too large to be judged within the limits is sent.'
