import { fieldProblem } from '../../core/errors.ts'
import type { Monitor } from '../../core/monitor.ts'
import type { Workflow } from '../../core/workflow.ts'

/** `workflow` is the one that the monitor names, unless it was removed. Throws `invalid_request`. */
export function assertWorkflowFits(
  monitor: Pick<Monitor, 'projectId'>,
  workflow: Pick<Workflow, 'projectId'> | null,
): void {
  if (workflow === null) throw fieldProblem('invalid_request', 'workflow', 'There is no such workflow.')
  if (workflow.projectId === monitor.projectId) return
  throw fieldProblem('invalid_request', 'workflow', 'The workflow belongs to another project.')
}
