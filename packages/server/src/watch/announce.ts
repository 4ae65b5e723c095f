import { isOperationalType, type BuiltInType } from '../catalogue/event-types.ts'
import { renderBody } from '../catalogue/render-body.ts'
import type { Event } from '../core/event.ts'
import type { Ids } from '../core/ids.ts'
import { LIMITS } from '../core/limits.ts'
import { maskUrls } from '../core/masked-urls.ts'
import { HOUR_MS } from '../core/time.ts'
import type { Webhook } from '../core/webhook.ts'
import type { Announcement, Decisions, Turn } from '../store/work.ts'
import { afterAttempts, toldAnyway, whenDue, type Told } from './damping.ts'

/** What tells of the health of a webhook; these are damped together. */
const HEALTH_TYPES = { failing: 'webhook.failing', healthy: 'webhook.recovered' } as const satisfies Record<
  Webhook['health'],
  BuiltInType
>

/**
 * Operational events: how an organization's webhooks fare, told to its other webhooks. What is told of health is damped
 * (damping.ts); that a webhook was disabled is told always.
 */
export function createAnnouncer(ids: Ids): Decisions['announce'] {
  return (turn) => {
    const { telling, contents } = announcementOf(turn)
    const { after, now } = turn
    const events = contents.map(({ type, content }): Event => ({
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
    return { events, telling }
  }
}

interface Content {
  type: BuiltInType
  content: Record<string, unknown>
}

function announcementOf(turn: Turn): Pick<Announcement, 'telling'> & { contents: Content[] } {
  const { before, after } = turn
  const { tells, telling } = toldOfHealth(turn)
  const health = tells ? [healthContent(after)] : []
  const isDisabled = before.status === 'active' && after.status !== 'active'
  if (!isDisabled) return { contents: health, telling }
  // Nobody needs to hear later on that a webhook fails which was disabled for that.
  return { contents: [...health, disabledContent(after)], telling: toldAnyway(telling, after.health) }
}

function toldOfHealth({ after, carried, now, timesOf }: Turn): Told<Webhook['health']> {
  const types = Object.values(HEALTH_TYPES)
  const toldTimes = () => timesOf(types, now - HOUR_MS, LIMITS.tellingsPerHourMax)
  const turned = { state: after.health, now, toldTimes }
  if (carried === null) return whenDue(after.telling, turned)
  return afterAttempts(after.telling, { ...turned, byNewsOnly: carried.every(isOperationalType) })
}

/** Other receivers hear of it, and people in their channels: none may learn what a URL lets its holder do. */
function healthContent(webhook: Webhook): Content {
  const { id, health } = webhook
  const failure = health === 'failing' ? failureOf(webhook) : {}
  return {
    type: HEALTH_TYPES[health],
    content: { webhook_id: id, url: maskUrls(webhook.url), health, ...failure },
  }
}

function disabledContent(webhook: Webhook): Content {
  const { id, status } = webhook
  const about = { webhook_id: id, url: maskUrls(webhook.url) }
  return { type: 'webhook.disabled', content: { ...about, status, ...failureOf(webhook) } }
}

function failureOf({ failureCount, lastError }: Webhook) {
  return { failure_count: failureCount, last_error: lastError === null ? null : maskUrls(lastError) }
}
