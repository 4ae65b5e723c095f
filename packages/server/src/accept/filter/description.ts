import { EVENT_TYPES } from '../../catalogue/event-types.ts'

/** What a filter may name: the fields that stand at the top of any event's body, and `body`, the whole of it. */
export const FILTER_VARIABLES: readonly string[] = [
  ...new Set(EVENT_TYPES.flatMap(({ bodySchema }) => Object.keys(bodySchema.shape))),
  'body',
].sort()

/** What the API says of a webhook's `filter`. */
export const FILTER_DESCRIPTION =
  "A CEL expression over the event's body that is true for the events this webhook wants, such as " +
  '`type == "run.failed" && summary.error_count > 3` or `data.score < 50`: it may name the body\'s top-level fields ' +
  `(${FILTER_VARIABLES.join(', ')}), where \`body\` is the whole, and \`type\` and \`event\` are both the event's type in ` +
  'every body. An event for which it cannot be worked out is not sent, so ask first whether a field is there ' +
  '(`has(data.score) && data.score < 50`). A field that is null is there. Whole numbers of 64 bits compare exactly. An event ' +
  'too large to be judged within the limits is sent.'
