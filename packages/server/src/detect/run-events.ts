import type { RunContent } from '../catalogue/bodies/validibot.ts'
import type { Detected } from '../catalogue/detected.ts'
import type { Run } from '../core/run.ts'
import { isoTime } from '../core/time.ts'
import { endedAtOf, runUrl, workflowFacts, type EndedRun } from './ended-run.ts'

/** Validibot's events: `run.completed` always, then `run.succeeded` for a PASS and `run.failed` for anything else. */
export function detectRunEvents(ended: EndedRun): Detected[] {
  const timestamp = endedAtOf(ended.run)
  const content = runContent(ended, timestamp)
  const outcome = ended.run.result === 'PASS' ? 'run.succeeded' : 'run.failed'
  return [
    { type: 'run.completed', timestamp, content },
    { type: outcome, timestamp, content },
  ]
}

function runContent(ended: EndedRun, endedAt: number): RunContent {
  const { organization, run } = ended
  // The documented body has a time here, never null: a run cancelled before it began starts and ends at once.
  const startedAt = run.startedAt ?? endedAt
  return {
    organization: { slug: organization.slug, name: organization.name },
    workflow: workflowFacts(ended),
    run: {
      id: run.id,
      status: endedStatusOf(run),
      result: run.result,
      started_at: isoTime(startedAt),
      ended_at: isoTime(endedAt),
      duration_ms: run.durationMs ?? Math.max(0, endedAt - startedAt),
      url: runUrl(ended),
    },
    summary: {
      total_findings: run.counts.error + run.counts.warning + run.counts.info,
      error_count: run.counts.error,
      warning_count: run.counts.warning,
      info_count: run.counts.info,
    },
  }
}

function endedStatusOf({ id, status }: Run): RunContent['run']['status'] {
  if (status === 'PENDING' || status === 'RUNNING')
    throw new Error(`Run ${id} has ended, yet its status is ${status}`)
  return status
}
