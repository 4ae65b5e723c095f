import { SECOND_MS } from '../../core/time.ts'
import { entryOfRun, type Entry, type Outcome, type Threshold } from '../report/report.ts'
import { printable } from '../terminal.ts'
import type { RemoteClient } from './client.ts'
import { followRun } from './follow-run.ts'
import { InterruptedError, RemoteError } from './remote-error.ts'
import { hasEnded, type RunAnswer } from './run-answer.ts'

type Named = Pick<Entry, 'kind' | 'name'>

export interface SettleOptions {
  failOn: Threshold
  note: (line: string) => void
}

/** Follows a run to its end, to the end of the client's time or to the user's; never rejects for any of them. */
export async function settleRun(
  client: RemoteClient,
  named: Named,
  known: { id: string; run: RunAnswer | null },
  { failOn, note }: SettleOptions,
): Promise<Entry> {
  let last = known.run
  let entryName = named
  const waiting = (run: RunAnswer): void => {
    last = run
    entryName = nameOf(named, run)
    note(
      `${printable(entryName.name)}: run ${run.id} is ${printable(run.status)}; waiting ${leftOf(client)} more.`,
    )
  }
  try {
    const run = last !== null && hasEnded(last) ? last : await followRun(client, known.id, waiting)
    return entryOfRun(nameOf(named, run), run, failOn, 'UNFINISHED')
  } catch (error) {
    const entry = { ...entryName, runId: known.id, run: last, message: null }
    if (error instanceof InterruptedError) return { ...entry, outcome: 'INTERRUPTED' }
    if (last !== null && client.remainingMs() === 0) return { ...entry, outcome: 'UNFINISHED' }
    // A run that is not there is not to be waited for.
    const isUnknown = error instanceof RemoteError && error.code === 'not_found'
    return failure(entryName, error, isUnknown ? null : known.id, last)
  }
}

/** An entry for what could not be brought to an end. */
export function failure(
  named: Named,
  error: unknown,
  runId: string | null = null,
  run: RunAnswer | null = null,
): Entry {
  const message = error instanceof Error ? error.message : String(error)
  return { kind: named.kind, name: named.name, outcome: outcomeOf(error), runId, run, message }
}

function outcomeOf(error: unknown): Outcome {
  if (error instanceof InterruptedError) return 'INTERRUPTED'
  // Refused before it became a run, and yet a verdict: the document cannot even be read as what the workflow judges.
  if (error instanceof RemoteError && error.code === 'document_not_json') return 'FAIL'
  return 'ERROR'
}

/** A run that was named by its id is told of as what it is about. */
function nameOf(named: Named, run: RunAnswer): Named {
  if (named.kind !== 'run') return named
  return { kind: 'run', name: run.submission.url ?? run.subject ?? run.submission.filename ?? named.name }
}

function leftOf(client: RemoteClient): string {
  return `up to ${Math.ceil(client.remainingMs() / SECOND_MS)} s`
}
