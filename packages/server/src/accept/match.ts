import { isOperationalType } from '../catalogue/event-types.ts'
import type { Event } from '../core/event.ts'
import type { Webhook } from '../core/webhook.ts'
import { FilterUnjudged, type AcceptUnit } from '../store/work.ts'

/**
 * Is `event` owed to `webhook`? Type, scope and filter decide; whether the webhook is active decides only if it is held.
 *
 * Filters are judged before the commit, in `filtered`, because they may take their time and a commit must not; a filter
 * that is not among them was set since, which `FilterUnjudged` tells. What the server itself says about an
 * organization's webhooks comes without `filtered` and passes every filter.
 */
export function match(event: Event, webhook: Webhook, filtered: AcceptUnit['filtered']): boolean {
  if (webhook.deletedAt !== null) return false
  if (webhook.organizationId !== event.organizationId) return false
  if (!webhook.events.includes(event.type) || !inScope(event, webhook)) return false
  // Nobody hears from a webhook that it fails. Such events bear the webhook's id as their key.
  if (isOperationalType(event.type) && event.key === webhook.id) return false
  if (webhook.filter === null || filtered === undefined) return true
  const passes = filtered.get(event.id)?.get(webhook.filter)
  if (passes === undefined) throw new FilterUnjudged(`The filter of ${webhook.id} was not judged`)
  return passes
}

function inScope(event: Event, webhook: Webhook): boolean {
  switch (webhook.scope.type) {
    case 'organization':
      return true
    case 'project':
      return event.projectId === webhook.scope.id
    case 'workflow':
      return event.workflowId === webhook.scope.id
  }
}
