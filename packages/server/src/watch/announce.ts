import type { BuiltInType } from '../catalogue/event-types.ts'
import { renderBody } from '../catalogue/render-body.ts'
import type { Event } from '../core/event.ts'
import type { Ids } from '../core/ids.ts'
import { maskUrls } from '../core/masked-urls.ts'
import type { Webhook } from '../core/webhook.ts'

/**
 * Operational events: what an outcome made of a webhook, told to the organization's other webhooks. An event is made when
 * health or status turns, and only then, so that two webhooks which fail and hear of each other fall silent.
 */
export function createAnnouncer(ids: Ids): (before: Webhook, after: Webhook, now: number) => Event[] {
  return (before, after, now) =>
    announcementsOf(before, after).map(({ type, content }) => ({
      id: ids.make('evt'),
      organizationId: after.organizationId,
      type,
      timestamp: now,
      createdAt: now,
      body: renderBody(type, now, content),
      projectId: null,
      workflowId: null,
      runId: null,
      // What is said of one webhook can be kept in order, and must not be said to itself (accept/match.ts).
      key: after.id,
    }))
}

interface Announcement {
  type: BuiltInType
  content: Record<string, unknown>
}

function announcementsOf(before: Webhook, after: Webhook): Announcement[] {
  const { id, health, status } = after
  // Other receivers hear of it, and people in their channels: none of them may learn what the URL lets its holder do.
  const about = { webhook_id: id, url: maskUrls(after.url) }
  const lastError = after.lastError === null ? null : maskUrls(after.lastError)
  const failure = { failure_count: after.failureCount, last_error: lastError }
  const found: Announcement[] = []
  if (before.health === 'healthy' && health === 'failing') {
    found.push({ type: 'webhook.failing', content: { ...about, health, ...failure } })
  }
  if (before.health === 'failing' && health === 'healthy') {
    found.push({ type: 'webhook.recovered', content: { ...about, health } })
  }
  if (before.status === 'active' && status !== 'active') {
    found.push({ type: 'webhook.disabled', content: { ...about, status, ...failure } })
  }
  return found
}
