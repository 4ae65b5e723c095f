import type { Finding } from '../../core/run.ts'
import { VERDICT_EXIT, type VerdictExitCode } from '../exit.ts'
import { hasEnded, type RunAnswer } from '../remote/run-answer.ts'

/**
 * What came of one document, for whoever branches on it. ERROR: nobody can tell whether it is good. UNFINISHED: not yet.
 * SUBMITTED: nobody waited.
 */
export type Outcome = 'PASS' | 'SUBMITTED' | 'FAIL' | 'ERROR' | 'UNFINISHED' | 'INTERRUPTED'

/** From the best to the worst. */
const EXIT_CODES = {
  PASS: VERDICT_EXIT.pass,
  SUBMITTED: VERDICT_EXIT.pass,
  FAIL: VERDICT_EXIT.fail,
  ERROR: VERDICT_EXIT.error,
  UNFINISHED: VERDICT_EXIT.unfinished,
  INTERRUPTED: VERDICT_EXIT.interrupted,
} as const satisfies Record<Outcome, VerdictExitCode>
const OUTCOMES = Object.keys(EXIT_CODES) as Outcome[]

/** A document, or a run that was named, with what came of it. */
export interface Entry {
  kind: 'file' | 'url' | 'run'
  /** As it was given: the path, `-`, the URL; of a run what it is about. */
  name: string
  outcome: Outcome
  /** Null when it never became a run, as far as is known. */
  runId: string | null
  /** As last seen. */
  run: RunAnswer | null
  /** Why there is no verdict; null where there is one. */
  message: string | null
}

export type Threshold = Extract<Finding['severity'], 'error' | 'warning'>

/** The entry of a run that was seen last as `run`; one that has not ended counts as `unended`. */
export function entryOfRun(
  { kind, name }: Pick<Entry, 'kind' | 'name'>,
  run: RunAnswer,
  failOn: Threshold,
  unended: 'SUBMITTED' | 'UNFINISHED' | 'INTERRUPTED',
): Entry {
  const entry = { kind, name, runId: run.id, run, message: null }
  if (!hasEnded(run)) return { ...entry, outcome: unended }
  switch (run.result) {
    case 'PASS':
      return {
        ...entry,
        outcome: failOn === 'warning' && run.summary.warning_count > 0 ? 'FAIL' : 'PASS',
      }
    case 'FAIL':
      return { ...entry, outcome: 'FAIL' }
    default:
      return { ...entry, outcome: 'ERROR', message: endedWithoutVerdict(run) }
  }
}

function endedWithoutVerdict({ id, result, error_category: category }: RunAnswer): string {
  const why = category === null ? '' : ` (${category})`
  return `Run ${id} ended as ${result}${why}: the document was not judged to the end.`
}

export function exitCodeOf(outcome: Outcome): VerdictExitCode {
  return EXIT_CODES[outcome]
}

/** The worst of them. */
export function overall(entries: readonly Entry[]): Outcome {
  const worst = Math.max(...entries.map(({ outcome }) => OUTCOMES.indexOf(outcome)))
  return OUTCOMES[worst] ?? 'ERROR'
}

/** Runs of which nobody knows yet how they end. */
export function unendedRunIds(entries: readonly Entry[]): string[] {
  return entries.flatMap(({ runId, run }) => (runId !== null && !(run && hasEnded(run)) ? [runId] : []))
}

/** `2 errors, 1 warning`; `no findings`. */
export function countsInWords({ summary }: Pick<RunAnswer, 'summary'>): string {
  const counts = [
    plural(summary.error_count, 'error'),
    plural(summary.warning_count, 'warning'),
    plural(summary.info_count, 'info'),
  ].filter((words) => words !== '')
  return counts.join(', ') || 'no findings'
}

function plural(count: number, word: 'error' | 'warning' | 'info'): string {
  if (count === 0) return ''
  return count === 1 || word === 'info' ? `${count} ${word}` : `${count} ${word}s`
}
