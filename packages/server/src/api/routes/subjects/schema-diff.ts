import { z } from 'zod'
import { Problem } from '../../../core/errors.ts'
import type { Run } from '../../../core/run.ts'
import { schemaDiff } from '../../../detect/schema-diff.ts'
import { previousRun } from '../../../store/previous-run.ts'
import type { Store } from '../../../store/store.ts'
import type { ApiContext } from '../../context.ts'
import { operation } from '../../operation.ts'
import { schemaDiffSchema, schemaDiffView } from '../../views/schema-diff.ts'
import { findRun } from '../runs/fields.ts'
import { SUBJECT_QUERY, subjectOf, workflowFilter } from './fields.ts'

const query = z.strictObject({
  ...SUBJECT_QUERY,
  run: z.string().optional().describe('The later of the two runs. Default: the latest run.'),
})

export function getSchemaDiff({ store }: Pick<ApiContext, 'store'>) {
  return operation({
    id: 'getSchemaDiff',
    method: 'GET',
    path: '/api/v1/schema-diff',
    tag: 'runs',
    summary: 'What changed between the last two runs of a page',
    description:
      'Compares the types and properties that two runs saw in the same subject. Both runs are of one workflow, and its steps did not change in between.',
    access: ['read'],
    query,
    answers: { 200: schemaDiffSchema },
    async handle({ caller: { organization }, query }) {
      const name = subjectOf(query)
      const current = await currentRun(store, organization.id, name, query)
      const previous = await previousRun(store.runs, current, 'seen')
      const changes = previous === null ? [] : schemaDiff(previous.seen ?? [], current.seen ?? [])
      return { status: 200, body: schemaDiffView(name, current, previous, changes) }
    },
  })
}

/** The run that is asked about. Throws `not_found` when none has looked for types in this subject. */
async function currentRun(
  store: Pick<Store, 'runs' | 'workflows'>,
  organizationId: number,
  name: string,
  { run: named, workflow }: z.output<typeof query>,
): Promise<Omit<Run, 'findings'>> {
  if (named !== undefined) {
    const run = await findRun(store, organizationId, named)
    if (run.subject !== name || run.seen === null) throw nothingSeen()
    return run
  }
  const filter = {
    ...(await workflowFilter(store, organizationId, workflow)),
    subject: { name, having: 'seen' as const },
  }
  const { rows } = await store.runs.list(organizationId, filter, { limit: 1, before: null })
  const [last] = rows
  if (last === undefined) throw nothingSeen()
  return last
}

function nothingSeen(): Problem {
  return new Problem('not_found', 'No run has looked for structured data in this page yet.')
}
