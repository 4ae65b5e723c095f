import { Problem } from '../../core/errors.ts'
import { isEnded, type Run } from '../../core/run.ts'
import type { AcceptPort } from '../rules/accept.ts'
import { claimKey, lineKey } from './tables.ts'
import type { Tables } from './tables.ts'
import { isHeldBack } from './waiting.ts'

export function createAcceptPort(tables: Tables, makeDeliveryId: () => string): AcceptPort {
  return {
    earlierClaim: (claim) => tables.claims.get(claimKey(claim)),
    saveClaim: (claim) => tables.claims.put(claim),
    saveRun: (run, submission) => saveRun(tables, run, submission),
    saveAlert: (alert) => tables.alerts.add(alert),
    addEvent: (event) => tables.events.add(event),
    candidates: (event) =>
      tables.webhooks
        .where('organization', event.organizationId)
        .filter((webhook) => webhook.deletedAt === null && webhook.events.includes(event.type)),
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
