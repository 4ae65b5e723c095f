import { LIMITS } from '../core/limits.ts'
import type { Finding, FindingCounts, Verdict } from '../core/run.ts'
import type { FailureMode } from '../core/workflow.ts'
import type { Judgement } from './validators/validator.ts'

/** What one step came to. */
export type StepOutcome =
  | { kind: 'judged'; judgement: Judgement }
  /** No judgement was reached; `finding` says why. */
  | { kind: 'broken'; result: 'ERROR' | 'TIMED_OUT'; errorCategory: string; finding: Finding }

/** Where a run stands before its first step. A workflow without steps ends here: nothing was asked, nothing failed. */
export const VERDICT_AT_START: Verdict = {
  result: 'PASS',
  findings: [],
  counts: { error: 0, warning: 0, info: 0 },
  score: null,
  errorCategory: null,
}

/**
 * The verdict with one more step in it. `result` is PASS as long as later steps are to be judged; anything else is final.
 *
 * An advisory step never decides: its errors count as warnings, and so does its breaking.
 */
export function withStep(before: Verdict, failureMode: FailureMode, outcome: StepOutcome): Verdict {
  const judgement = judgementOf(outcome)
  const { findings, counts } = failureMode === 'advisory' ? asWarnings(judgement) : judgement
  const verdict: Verdict = {
    ...before,
    findings: [...before.findings, ...findings].slice(0, LIMITS.findingsMax),
    counts: {
      error: before.counts.error + counts.error,
      warning: before.counts.warning + counts.warning,
      info: before.counts.info + counts.info,
    },
  }
  if (failureMode === 'advisory') return verdict
  if (outcome.kind === 'broken') {
    return { ...verdict, result: outcome.result, errorCategory: outcome.errorCategory }
  }
  return counts.error > 0 ? { ...verdict, result: 'FAIL' } : verdict
}

function judgementOf(outcome: StepOutcome): Judgement {
  if (outcome.kind === 'judged') return outcome.judgement
  return { findings: [outcome.finding], counts: { error: 1, warning: 0, info: 0 } }
}

function asWarnings({ findings, counts }: Judgement): Judgement {
  const demoted: FindingCounts = { error: 0, warning: counts.warning + counts.error, info: counts.info }
  return {
    findings: findings.map((finding) =>
      finding.severity === 'error' ? { ...finding, severity: 'warning' } : finding,
    ),
    counts: demoted,
  }
}
