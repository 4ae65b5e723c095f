import type { Event } from '../core/event.ts'
import type { Webhook } from '../core/webhook.ts'
import type { AcceptUnit, Decisions } from './work.ts'

/** How many events of a unit the filter of each webhook passed over, by its id. */
export type PassedOver = Map<string, number>

/**
 * Whether an event is owed to a webhook; one that is not for the webhook's filter alone is counted in `passedOver`. Throws
 * what `match` throws.
 */
export function matchCounting(
  match: Decisions['match'],
  event: Event,
  webhook: Webhook,
  filtered: AcceptUnit['filtered'],
  passedOver: PassedOver,
): boolean {
  if (match(event, webhook, filtered)) return true
  const { id, filter } = webhook
  const isFiltered = filter !== null && filtered?.get(event.id)?.get(filter) === false
  if (isFiltered && match(event, { ...webhook, filter: null }, filtered)) {
    passedOver.set(id, (passedOver.get(id) ?? 0) + 1)
  }
  return false
}
