import type { ValidationData } from '../catalogue/bodies/validgraph.ts'
import type { Detected } from '../catalogue/detected.ts'
import { validationIdOf } from '../core/ids.ts'
import { LIMITS } from '../core/limits.ts'
import type { Finding, RunResult } from '../core/run.ts'
import { endedAtOf, runUrl, workflowFacts, type EndedRun } from './ended-run.ts'

/** ValidGraph's events: `validation.completed` always, and `validation.failed` when the data is bad. */
export function detectValidationEvents(ended: EndedRun): Detected[] {
  const timestamp = endedAtOf(ended.run)
  const content = validationData(ended)
  const completed: Detected = { type: 'validation.completed', timestamp, content }
  if (ended.run.result !== 'FAIL') return [completed]
  return [completed, { type: 'validation.failed', timestamp, content }]
}

/** Where the documented body has a string, what is missing is '' and never null. */
function validationData(ended: EndedRun): ValidationData {
  const { run } = ended
  const errors = run.findings.filter((finding) => finding.severity === 'error')
  return {
    validation_id: validationIdOf(run.id),
    url: run.subject ?? '',
    project_id: run.projectId,
    status: validationStatusOf(run.result),
    schema_type: commonestSchemaType(errors) ?? commonestSchemaType(run.findings) ?? '',
    errors: errors.slice(0, LIMITS.eventErrorsMax).map((finding) => ({
      property: finding.property ?? '',
      message: finding.message,
      schema_type: finding.schemaType ?? '',
      path: finding.path,
      code: finding.code,
    })),
    score: run.score,
    error_count: run.counts.error,
    warning_count: run.counts.warning,
    workflow: workflowFacts(ended),
    run_url: runUrl(ended),
    result: run.result,
  }
}

function validationStatusOf(result: RunResult): ValidationData['status'] {
  switch (result) {
    case 'PASS':
      return 'valid'
    case 'FAIL':
      return 'invalid'
    case 'ERROR':
    case 'CANCELED':
    case 'TIMED_OUT':
    case 'UNKNOWN':
      return 'error'
  }
}

/** The schema type that most of the findings name; of equals the one seen first. Null when none names any. */
function commonestSchemaType(findings: readonly Finding[]): string | null {
  const counts = new Map<string, number>()
  for (const { schemaType } of findings) {
    if (schemaType !== null) counts.set(schemaType, (counts.get(schemaType) ?? 0) + 1)
  }
  let commonest: string | null = null
  let countMax = 0
  for (const [schemaType, count] of counts) {
    if (count <= countMax) continue
    commonest = schemaType
    countMax = count
  }
  return commonest
}
