import { z } from 'zod'
import { validationIdOf } from '../../../core/ids.ts'
import { isoTimeOrNull } from '../../../core/time.ts'
import type { ApiContext } from '../../context.ts'
import { operation } from '../../operation.ts'
import { listBody, listSchema, PAGE_QUERY, pageRequest } from '../../pagination.ts'
import { RUN_RESULTS } from '../../views/run.ts'
import { SUBJECT_QUERY, subjectOf, workflowFilter } from './fields.ts'

const pointSchema = z
  .object({
    run_id: z.string(),
    validation_id: z.string(),
    workflow_id: z.int(),
    ended_at: z.string().nullable(),
    score: z.number(),
    result: z.enum(RUN_RESULTS),
  })
  .meta({ id: 'ScorePoint' })

export function getScoreHistory({ store }: Pick<ApiContext, 'store'>) {
  return operation({
    id: 'getScoreHistory',
    method: 'GET',
    path: '/api/v1/score-history',
    tag: 'runs',
    summary: 'The scores of a page, newest first',
    access: ['read'],
    query: z.strictObject({ ...SUBJECT_QUERY, ...PAGE_QUERY }),
    answers: { 200: listSchema(pointSchema) },
    async handle({ caller: { organization }, query }) {
      const filter = {
        ...(await workflowFilter(store, organization.id, query.workflow)),
        subject: { name: subjectOf(query), having: 'score' as const },
      }
      const page = await store.runs.list(organization.id, filter, pageRequest('runs', query))
      const body = listBody('runs', page, (run) => ({
        run_id: run.id,
        validation_id: validationIdOf(run.id),
        workflow_id: run.workflowId,
        ended_at: isoTimeOrNull(run.endedAt),
        // Runs without one are not among them.
        score: run.score ?? 0,
        result: run.result,
      }))
      return { status: 200, body }
    },
  })
}
