import type { Run } from '../core/run.ts'
import type { PreviousRequest, PreviousRun, RunStore } from './store.ts'

/** The run before this one; null as well for a run that cannot be compared: it has no subject, or has not ended. */
export async function previousRun(
  runs: Pick<RunStore, 'previous'>,
  run: Omit<Run, 'findings'>,
  having: PreviousRequest['having'],
): Promise<PreviousRun | null> {
  const { subject, endedAt } = run
  if (subject === null || endedAt === null) return null
  return runs.previous({ run: { ...run, subject, endedAt }, having })
}
