import type { ScoreDroppedData } from '../catalogue/bodies/validgraph.ts'
import type { Detected } from '../catalogue/detected.ts'
import { validationIdOf } from '../core/ids.ts'
import { endedAtOf, isVerdict, runUrl, workflowFacts, type EndedRun } from './ended-run.ts'

/** `score.dropped` when the score fell by at least the workflow's threshold since the last run that had one. */
export function detectScoreEvents(ended: EndedRun): Detected[] {
  const { run, workflow, previous } = ended
  const before = previous.scored
  if (!isVerdict(run) || run.score === null || before === null || before.score === null) return []
  const change = rounded(run.score - before.score)
  if (-change < workflow.scoreThreshold) return []
  const content: ScoreDroppedData = {
    project_id: run.projectId,
    previous_score: before.score,
    current_score: run.score,
    change,
    url: run.subject ?? '',
    validation_id: validationIdOf(run.id),
    previous_validation_id: validationIdOf(before.id),
    threshold: workflow.scoreThreshold,
    workflow: workflowFacts(ended),
    run_url: runUrl(ended),
  }
  return [{ type: 'score.dropped', timestamp: endedAtOf(run), content }]
}

/** Of two decimals: 88.1 − 83.1 must be 5, and not a hair less. */
function rounded(difference: number): number {
  return Math.round(difference * 100) / 100
}
