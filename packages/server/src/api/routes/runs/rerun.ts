import { z } from 'zod'
import { Problem } from '../../../core/errors.ts'
import { LIMITS } from '../../../core/limits.ts'
import type { Run, Submission } from '../../../core/run.ts'
import { SECOND_MS } from '../../../core/time.ts'
import type { Store } from '../../../store/store.ts'
import type { ApiContext } from '../../context.ts'
import { operation } from '../../operation.ts'
import { runSchema } from '../../views/run.ts'
import { findWorkflow } from '../workflows/fields.ts'
import { answerOf, findRun, ownOrganization, runParams, waitField } from './fields.ts'

export function rerun({ store, services, settings }: Pick<ApiContext, 'store' | 'services' | 'settings'>) {
  return operation({
    id: 'rerun',
    method: 'POST',
    path: '/api/v1/orgs/:org/runs/:id/rerun',
    tag: 'runs',
    summary: 'Run the same workflow on the same submission again',
    description:
      'Starts a new run, with the workflow as it is now. A document is judged as it was submitted; a page is fetched again.',
    access: ['write'],
    params: runParams,
    query: z.strictObject({ wait: waitField.default(LIMITS.runInlineWaitMs / SECOND_MS) }),
    answers: { 201: runSchema, 202: runSchema.describe('The run, which has not ended yet.') },
    problems: [
      'nothing_to_rerun',
      'document_not_json',
      'idempotency_conflict',
      'overloaded',
      'shutting_down',
    ],
    async handle({ caller, params, query, idempotency }) {
      const organization = ownOrganization(caller, params.org)
      const run = await findRun(store, organization.id, params.id)
      const workflow = await findWorkflow(store, organization.id, String(run.workflowId))
      const submission = await submissionOf(store, run)
      const answer = await services.runs.submit({
        organization,
        workflow,
        submission,
        waitMs: query.wait * SECOND_MS,
        idempotency: idempotency(['rerun', run.id]),
      })
      return answerOf({ store, settings }, organization, answer)
    },
  })
}

async function submissionOf(store: Pick<Store, 'runs'>, run: Run): Promise<Submission> {
  const content = await store.runs.content(run.organizationId, run.id)
  if (run.source === 'external' || (content === null && run.submission.url === null)) {
    throw new Problem(
      'nothing_to_rerun',
      'An external validator judged this run, and the server never had the document. Let that validator judge it again and report the result.',
    )
  }
  return { ...run.submission, content }
}
