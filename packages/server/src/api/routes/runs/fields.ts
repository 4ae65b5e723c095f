import { z } from 'zod'
import { fieldProblem } from '../../../core/errors.ts'
import { LIMITS } from '../../../core/limits.ts'
import type { Organization } from '../../../core/organization.ts'
import { runIdFrom } from '../../../core/ids.ts'
import { isEnded, type Run } from '../../../core/run.ts'
import type { Store } from '../../../store/store.ts'
import type { Caller } from '../../authenticate.ts'
import type { ApiContext } from '../../context.ts'
import { notFound } from '../../problems/error-handler.ts'
import { REPLAYED_HEADERS } from '../../idempotency.ts'
import type { RunAnswer } from '../../services.ts'
import { runLocation, runView, type RunView } from '../../views/run.ts'

const RETRY_AFTER_SECONDS = '1'

export const runParams = z.strictObject({
  org: z.string().describe("The organization's slug; it must be the key's own."),
  id: z.string().describe('A UUID, or `val_…`.'),
})

export const workflowRunParams = z.strictObject({
  org: z.string().describe("The organization's slug; it must be the key's own."),
  workflow: z.string().describe('Slug or integer id.'),
})

/** How long to wait for a run to end, in seconds. */
export const waitField = z
  // Coercion takes an empty text for zero.
  .preprocess(
    (text) => (text === '' ? Number.NaN : text),
    z.coerce.number().min(0).max(LIMITS.waitSecondsMax),
  )
  .describe(`Seconds to wait for the run to end, at most ${LIMITS.waitSecondsMax}.`)

/** Throws `not_found` unless the path names the key's own organization. */
export function ownOrganization({ organization }: Caller, slug: string): Organization {
  if (organization.slug !== slug) throw notFound()
  return organization
}

/** A run that has just been made: 201 when it has ended, else 202 and where to ask again. */
export async function answerOf(
  context: Pick<ApiContext, 'store' | 'settings'>,
  organization: Organization,
  { run, replayed }: RunAnswer,
): Promise<{ status: 201 | 202; body: RunView; headers: Record<string, string> }> {
  const body = await showRun(context, organization, run)
  const headers = { location: runLocation(organization.slug, run.id), ...(replayed && REPLAYED_HEADERS) }
  if (isEnded(run)) return { status: 201, body, headers }
  return { status: 202, body, headers: { ...headers, 'retry-after': RETRY_AFTER_SECONDS } }
}

/** The run that a path names. Throws `not_found`. */
export async function findRun(
  store: Pick<Store, 'runs'>,
  organizationId: number,
  name: string,
): Promise<Run> {
  const id = runIdFrom(name)
  const run = id === null ? null : await store.runs.get(organizationId, id)
  if (run === null) throw notFound()
  return run
}

/** A run as the API answers it, with its workflow's names and its events' ids. */
export async function showRun(
  { store, settings }: Pick<ApiContext, 'store' | 'settings'>,
  organization: Organization,
  run: Run,
): Promise<RunView> {
  const [workflow, eventIds] = await Promise.all([
    store.workflows.byId(organization.id, run.workflowId),
    store.runs.eventIds(organization.id, run.id),
  ])
  return runView(run, { organization, workflow, baseUrl: settings.baseUrl }, eventIds)
}

/** An id is taken as it is, since the runs of a workflow that was removed can still be asked for. */
export async function workflowIdOf(
  store: Pick<Store, 'workflows'>,
  organizationId: number,
  idOrSlug: string,
): Promise<number> {
  if (/^\d{1,15}$/.test(idOrSlug)) return Number(idOrSlug)
  const workflow = await store.workflows.find(organizationId, idOrSlug)
  if (workflow === null)
    throw fieldProblem('invalid_request', 'workflow', 'There is no workflow with this slug.')
  return workflow.id
}
