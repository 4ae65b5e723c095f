import { exitCodeOf, overall, type Entry } from './report.ts'

/**
 * The stable shape that docs/ci.md describes: `{result, exit_code, runs: [{file | url, result, run_id, message, run}]}`.
 * Fields may be added.
 */
export function renderJson(entries: readonly Entry[]): string {
  const result = overall(entries)
  const runs = entries.map(({ kind, name, outcome, runId, message, run }) => ({
    // A run that was named is looked up by `run_id`; what it is about stands in `run`.
    ...(kind !== 'run' && { [kind]: name }),
    result: outcome,
    run_id: runId,
    message,
    run,
  }))
  return JSON.stringify({ result, exit_code: exitCodeOf(result), runs }, null, 2)
}
