import { statusOf, subjectOf, type Run, type Submission, type Verdict } from './run.ts'
import type { Workflow } from './workflow.ts'

/** A run that a worker takes up at once (`RUNNING`), or as soon as one is free (`PENDING`). */
export function startRun(
  workflow: Workflow,
  { content, ...submission }: Submission,
  status: 'PENDING' | 'RUNNING',
  id: string,
  now: number,
): Run {
  return { ...frame(workflow, submission, id, now), status, startedAt: status === 'RUNNING' ? now : null }
}

/** A run that an external validator has finished. */
export function reportedRun(
  workflow: Workflow,
  report: { submission: Omit<Submission, 'content'>; verdict: Verdict; startedAt: number; endedAt: number },
  id: string,
  now: number,
): Run {
  const run: Run = { ...frame(workflow, report.submission, id, now), source: 'external' }
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

function frame(workflow: Workflow, submission: Omit<Submission, 'content'>, id: string, now: number): Run {
  return {
    id,
    organizationId: workflow.organizationId,
    workflowId: workflow.id,
    projectId: workflow.projectId,
    status: 'PENDING',
    result: 'UNKNOWN',
    source: 'builtin',
    submission,
    subject: subjectOf(submission),
    findings: [],
    counts: { error: 0, warning: 0, info: 0 },
    score: null,
    errorCategory: null,
    createdAt: now,
    startedAt: null,
    endedAt: null,
    durationMs: null,
  }
}
