import { statusOf, subjectOf, type Run, type Submission, type Verdict } from './run.ts'
import type { Workflow } from './workflow.ts'

/** What a run is made from. */
export interface RunBirth {
  workflow: Workflow
  /** Names the workflow's steps as they are now; see `Run`. */
  settings: string
  id: string
  now: number
  monitorId?: string | null
}

/** A run that a worker takes up at once (`RUNNING`), or as soon as one is free (`PENDING`). */
export function startRun(
  birth: RunBirth,
  { content, ...submission }: Submission,
  status: 'PENDING' | 'RUNNING',
): Run {
  return { ...frame(birth, submission), status, startedAt: status === 'RUNNING' ? birth.now : null }
}

/** A run that an external validator has finished. */
export function reportedRun(
  birth: RunBirth,
  report: { submission: Omit<Submission, 'content'>; verdict: Verdict; startedAt: number; endedAt: number },
): Run {
  const run: Run = { ...frame(birth, report.submission), source: 'external' }
  return endRun(run, report.verdict, report.startedAt, report.endedAt)
}

export function endRun(run: Run, verdict: Verdict, startedAt: number, endedAt: number): Run {
  return {
    ...run,
    ...verdict,
    status: statusOf(verdict.result),
    startedAt,
    endedAt,
    // A wall clock that was set back must not make a duration negative.
    durationMs: Math.max(0, endedAt - startedAt),
  }
}

function frame(
  { workflow, settings, id, now, monitorId = null }: RunBirth,
  submission: Omit<Submission, 'content'>,
): Run {
  return {
    id,
    organizationId: workflow.organizationId,
    workflowId: workflow.id,
    projectId: workflow.projectId,
    monitorId,
    status: 'PENDING',
    result: 'UNKNOWN',
    source: 'builtin',
    submission,
    subject: subjectOf(submission),
    settings,
    findings: [],
    counts: { error: 0, warning: 0, info: 0 },
    score: null,
    scoredTypes: null,
    seen: null,
    errorCategory: null,
    createdAt: now,
    startedAt: null,
    endedAt: null,
    durationMs: null,
  }
}
