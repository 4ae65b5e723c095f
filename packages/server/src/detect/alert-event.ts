import type { AlertTriggeredData } from '../catalogue/bodies/validgraph.ts'
import type { Detected } from '../catalogue/detected.ts'
import type { Alert } from '../core/alert.ts'
import { validationIdOf } from '../core/ids.ts'
import { endedAtOf, runUrl, workflowFacts, type EndedRun } from './ended-run.ts'

/** `alert.triggered`: what changed, before and after, and where to see the run. */
export function alertEvent(ended: EndedRun, alert: Alert): Detected {
  const { run } = ended
  const content: AlertTriggeredData = {
    validation_id: validationIdOf(run.id),
    url: run.subject ?? '',
    project_id: run.projectId,
    alert_rule: { id: alert.ruleId, name: alert.ruleName, rule_type: alert.ruleType },
    severity: alert.severity,
    message: alert.message,
    alert_id: alert.id,
    before: alert.before,
    after: alert.after,
    score: run.score,
    workflow: workflowFacts(ended),
    run_url: runUrl(ended),
  }
  return { type: 'alert.triggered', timestamp: endedAtOf(run), content }
}
