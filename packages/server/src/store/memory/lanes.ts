import type { LaneWork } from '../work.ts'
import { dueTime } from './claim-due.ts'
import type { Tables } from './tables.ts'

export function listLanes(tables: Tables): LaneWork[] {
  return tables.deliveries.values('ready').flatMap((webhookId) => {
    const ready = tables.deliveries.where('ready', webhookId)
    const [first] = ready
    if (first === undefined) return []
    // A fold, not Math.min(...): a backlog has more rows than a call may have arguments.
    const nextDueAt = ready.reduce((earliest, delivery) => Math.min(earliest, dueTime(delivery)), Infinity)
    const { webhookId: id, organizationId } = first
    const pausedUntil = tables.webhooks.get(id)?.pausedUntil ?? 0
    return [{ webhookId: id, organizationId, nextDueAt: Math.max(nextDueAt, pausedUntil) }]
  })
}
