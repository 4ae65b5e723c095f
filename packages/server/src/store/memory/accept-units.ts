import { Problem } from '../../core/errors.ts'
import { isEnded, type Run } from '../../core/run.ts'
import type { AcceptPort } from '../rules/accept.ts'
import { claimKey, lineKey } from './tables.ts'
import type { Tables } from './tables.ts'
import { addFanout, oldestFanout } from './fanouts.ts'
import { countOn } from './tallies.ts'
import { isHeldBack } from './waiting.ts'
import { hearersOf } from './webhooks.ts'

export function createAcceptPort(tables: Tables, makeDeliveryId: () => string): AcceptPort {
  return {
    earlierClaim: (claim) => tables.claims.get(claimKey(claim)),
    saveClaim: (claim) => tables.claims.put(claim),
    saveRun: (run, submission) => saveRun(tables, run, submission),
    saveAlert: (alert) => tables.alerts.add(alert),
    monitor(organizationId, id) {
      const monitor = tables.monitors.get(id)
      return monitor?.organizationId === organizationId ? monitor : null
    },
    saveMonitor: (monitor) => tables.monitors.put(monitor),
    addEvent: (event) => tables.events.add(event),
    candidates: ({ organizationId, type }, limit) => hearersOf(tables, organizationId, type).slice(0, limit),
    countFilteredOut: (webhookId, count, now) => countOn(tables, webhookId, 'filteredOut', count, now),
    hearersVersion: (organizationId) => tables.hearersVersion(organizationId),
    fansOut: (organizationId) => oldestFanout(tables, organizationId) !== null,
    moveWaits: (webhookId) =>
      tables.moves.where('webhook', webhookId).some(({ waitsFor }) => waitsFor !== null),
    fanoutsLeft: (organizationId) => tables.fanouts.where('organization', organizationId).length,
    saveFanout: (event, audience, now) => addFanout(tables, event, audience, now),
    webhook: (id) => tables.webhooks.get(id),
    heldBack: (webhookId) => isHeldBack(tables, webhookId),
    lineIsTaken: (webhookId, orderKey) =>
      tables.deliveries.where('line', lineKey(webhookId, orderKey)).length > 0,
    addDelivery: (delivery) => tables.deliveries.add(delivery),
    makeDeliveryId,
  }
}

function saveRun(tables: Tables, run: Run, submission: Buffer | null): boolean {
  const earlier = tables.runs.get(run.id)
  if (earlier !== null && earlier.organizationId !== run.organizationId) {
    throw new Error(`run ${run.id} belongs to another organization`)
  }
  if (earlier !== null && isEnded(earlier)) return false
  if (earlier === null) {
    const workflow = tables.workflows.get(run.workflowId)
    if (workflow?.organizationId !== run.organizationId || workflow.deletedAt !== null) {
      throw new Problem('not_found', `workflow ${run.workflowId} is gone`)
    }
    tables.submissions.add({ runId: run.id, content: submission })
  }
  tables.runs.put(run)
  return true
}
