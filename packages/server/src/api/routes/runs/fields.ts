import { z } from 'zod'
import { LIMITS } from '../../../core/limits.ts'
import type { Organization } from '../../../core/organization.ts'
import type { Run } from '../../../core/run.ts'
import type { Caller } from '../../authenticate.ts'
import type { ApiContext } from '../../context.ts'
import { notFound } from '../../problems/error-handler.ts'
import { runView, type RunView } from '../../views/run.ts'

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
