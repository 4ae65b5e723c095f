import type { Run } from '../core/run.ts'
import type { Workflow } from '../core/workflow.ts'
import type { EndedRun, PreviousRun } from '../detect/ended-run.ts'
import { previousRun } from '../store/previous-run.ts'
import type { Store } from '../store/store.ts'

export interface RunFactsParts {
  store: { organizations: Pick<Store['organizations'], 'byId'>; runs: Pick<Store['runs'], 'previous'> }
  baseUrl: () => string
}

/** Everything that detection looks at: the run that ended, and the ones before it that it is compared with. */
export function createRunFacts({
  store,
  baseUrl,
}: RunFactsParts): (run: Run, workflow: Workflow) => Promise<EndedRun> {
  async function previousOf(run: Run, having: 'score' | 'seen'): Promise<PreviousRun | null> {
    return run[having] === null ? null : previousRun(store.runs, run, having)
  }

  return async (run, workflow) => {
    const organization = await store.organizations.byId(run.organizationId)
    if (organization === null) throw new Error(`Run ${run.id} belongs to no organization`)
    const previous = { scored: await previousOf(run, 'score'), seen: await previousOf(run, 'seen') }
    return { organization, workflow, run, previous, baseUrl: baseUrl() }
  }
}
