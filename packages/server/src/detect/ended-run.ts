import type { Organization } from '../core/organization.ts'
import { isEnded, type Run } from '../core/run.ts'
import type { Workflow } from '../core/workflow.ts'

/** Everything detection looks at. It has no clock: an ended run bears its own time. */
export interface EndedRun {
  organization: Pick<Organization, 'slug' | 'name'>
  workflow: Pick<Workflow, 'id' | 'slug' | 'name' | 'scoreThreshold' | 'steps'>
  run: Run
  /** The runs that this one is compared with: the last that had a score, and the last that looked for types. */
  previous: { scored: PreviousRun | null; seen: PreviousRun | null }
  /** Where people reach this server, with or without a slash at the end. */
  baseUrl: string
}

/** What an earlier run of the same subject, by the same steps, said. */
export type PreviousRun = Pick<Run, 'id' | 'score' | 'seen'>

/** Whether the run says something about the data, good or bad. */
export function isVerdict({ result }: Omit<Run, 'findings'>): boolean {
  return result === 'PASS' || result === 'FAIL'
}

/** Whether the run ended without saying anything about the data, and not because somebody stopped it. */
export function isWithoutVerdict(run: Omit<Run, 'findings'>): boolean {
  return isEnded(run) && !isVerdict(run) && run.result !== 'CANCELED'
}

/** When the run ended. A run that has not is the caller's mistake. */
export function endedAtOf(run: Run): number {
  if (run.endedAt === null) throw new Error(`Run ${run.id} has not ended: there is nothing to detect yet`)
  return run.endedAt
}

/** The run's page. */
export function runUrl({ organization, run, baseUrl }: EndedRun): string {
  return `${baseUrl.replace(/\/+$/, '')}/orgs/${organization.slug}/runs/${run.id}/`
}

/** The workflow as every body of ours tells it. */
export function workflowFacts({ workflow: { id, slug, name } }: EndedRun): {
  id: number
  slug: string
  name: string
} {
  return { id, slug, name }
}
