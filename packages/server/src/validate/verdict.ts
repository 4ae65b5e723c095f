import { LIMITS } from '../core/limits.ts'
import type { Finding, FindingCounts, Verdict } from '../core/run.ts'
import type { FailureMode } from '../core/workflow.ts'
import { truncate } from './truncate.ts'
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
  scoredTypes: null,
  seen: null,
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
    ...scoreOf(before, judgement),
    seen: judgement.seen ?? before.seen,
  }
  if (failureMode === 'advisory') return verdict
  if (outcome.kind === 'broken') {
    return { ...verdict, result: outcome.result, errorCategory: outcome.errorCategory }
  }
  return counts.error > 0 ? { ...verdict, result: 'FAIL' } : verdict
}

/** Of several steps that give a score, the last is the run's. */
function scoreOf(before: Verdict, { score }: Judgement): Pick<Verdict, 'score' | 'scoredTypes'> {
  if (score === undefined) return { score: before.score, scoredTypes: before.scoredTypes }
  return { score: score.value, scoredTypes: score.types }
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

/** The pool itself failed: the platform's fault, so ERROR and never FAIL. */
export function brokenVerdict(error: unknown): Verdict {
  const reason = error instanceof Error ? error.message : String(error)
  return errorVerdict('validator_failed', `The validators could not be run: ${reason}`, 'VALIDATOR')
}

/** There was no page to judge. Nothing is known of the data then, so this is no FAIL. */
export function unfetchedVerdict({ code, message }: { code: string; message: string }): Verdict {
  return errorVerdict(code, `The page could not be fetched. ${message}`, 'FETCH')
}

export function cancelledVerdict(): Verdict {
  return { ...VERDICT_AT_START, result: 'CANCELED' }
}

function errorVerdict(code: string, message: string, errorCategory: string): Verdict {
  const text = truncate(message, LIMITS.findingMessageCharactersMax)
  return {
    ...VERDICT_AT_START,
    result: 'ERROR',
    findings: [{ severity: 'error', code, message: text, path: '', property: null, schemaType: null }],
    counts: { error: 1, warning: 0, info: 0 },
    errorCategory,
  }
}
