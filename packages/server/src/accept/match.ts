import type { Event } from '../core/event.ts'
import type { Webhook } from '../core/webhook.ts'

/** Is `event` owed to `webhook`? Type and scope decide; whether the webhook is active decides only if it is held. */
export function match(event: Event, webhook: Webhook): boolean {
  if (webhook.deletedAt !== null) return false
  if (webhook.organizationId !== event.organizationId) return false
  return webhook.events.includes(event.type) && inScope(event, webhook)
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
