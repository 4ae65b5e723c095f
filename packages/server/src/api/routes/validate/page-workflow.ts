import { fieldProblem, Problem } from '../../../core/errors.ts'
import { SCORE_THRESHOLD_DEFAULT, type Workflow } from '../../../core/workflow.ts'
import type { Store } from '../../../store/store.ts'
import type { ApiContext } from '../../context.ts'

const SLUG = 'structured-data'

/**
 * The workflow that judges a page: the one that is named, else the organization's `structured-data`, which is made when it
 * is first needed. Throws `invalid_request` on field `workflow` for one that is not there or judges no pages.
 */
export async function pageWorkflow(
  { store, services, clock }: Pick<ApiContext, 'store' | 'services' | 'clock'>,
  organizationId: number,
  named: string | undefined,
): Promise<Workflow> {
  const found = await store.workflows.find(organizationId, named ?? SLUG)
  if (found === null && named !== undefined) {
    throw fieldProblem('invalid_request', 'workflow', 'There is no workflow with this slug or id.')
  }
  const workflow = found ?? (await makeWorkflow(store, organizationId, clock.now()))
  if (services.runs.judgesPages(workflow.steps)) return workflow
  throw fieldProblem(
    'invalid_request',
    'workflow',
    `The workflow ${workflow.slug} does not judge pages. Name one whose first step is structured-data.`,
  )
}

async function makeWorkflow(
  store: Pick<Store, 'workflows' | 'projects'>,
  organizationId: number,
  now: number,
): Promise<Workflow> {
  const { id: projectId } = await store.projects.default(organizationId)
  const workflow = {
    organizationId,
    projectId,
    slug: SLUG,
    name: 'Structured data',
    scoreThreshold: SCORE_THRESHOLD_DEFAULT,
    steps: [
      { type: 'structured-data', name: 'Structured data', failureMode: 'blocking' as const, config: {} },
    ],
    createdAt: now,
    updatedAt: now,
  }
  try {
    const created = await store.workflows.create(workflow, null)
    if (created.outcome === 'created') return created.row
  } catch (error) {
    // Another request made it at the same time.
    if (!(error instanceof Problem) || error.code !== 'already_exists') throw error
  }
  const made = await store.workflows.find(organizationId, SLUG)
  if (made === null) throw new Problem('internal_error', 'The workflow structured-data could not be made.')
  return made
}
