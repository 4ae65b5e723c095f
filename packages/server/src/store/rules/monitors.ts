import { fieldProblem } from '../../core/errors.ts'
import { afterFailure, type Monitor } from '../../core/monitor.ts'
import type { Workflow } from '../../core/workflow.ts'
import type { SlotTaken } from '../store.ts'

/** `workflow` is the one that the monitor names, unless it was removed. Throws `invalid_request`. */
export function assertWorkflowFits(
  monitor: Pick<Monitor, 'projectId'>,
  workflow: Pick<Workflow, 'projectId'> | null,
): void {
  if (workflow === null) throw fieldProblem('invalid_request', 'workflow', 'There is no such workflow.')
  if (workflow.projectId === monitor.projectId) return
  throw fieldProblem('invalid_request', 'workflow', 'The workflow belongs to another project.')
}

/** What taking a slot makes of the monitor; see `MonitorStore.advance`. */
export function afterSlot(
  monitor: Monitor,
  { from, to, runId, error, now }: SlotTaken,
): { isTaken: boolean; monitor: Monitor } {
  const kept = runId === null ? monitor : { ...monitor, lastRunId: runId }
  if (!monitor.enabled || monitor.nextRunAt !== from) return { isTaken: false, monitor: kept }
  const moved = { ...kept, nextRunAt: to }
  return { isTaken: true, monitor: error === null ? moved : afterFailure(moved, error, now) }
}
