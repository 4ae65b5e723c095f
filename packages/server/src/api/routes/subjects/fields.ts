import { z } from 'zod'
import { LIMITS } from '../../../core/limits.ts'
import { fieldProblem } from '../../../core/errors.ts'
import type { Store } from '../../../store/store.ts'
import { workflowIdOf } from '../runs/fields.ts'

/** Names what runs are compared by: a URL, as ValidGraph has it, or any other subject. */
export const SUBJECT_QUERY = {
  url: z.string().min(1).max(LIMITS.urlCharactersMax).optional().describe('The page.'),
  subject: z
    .string()
    .min(1)
    .max(LIMITS.urlCharactersMax)
    .optional()
    .describe('Instead of `url`: a file name, or your own name for what was judged.'),
  workflow: z.string().optional().describe('Slug or integer id. Only runs of this workflow count.'),
}

/** Throws `invalid_request` unless exactly one of the two is named. */
export function subjectOf({
  url,
  subject,
}: {
  url?: string | undefined
  subject?: string | undefined
}): string {
  const name = url ?? subject
  if (name === undefined)
    throw fieldProblem('invalid_request', 'url', 'Required: the page, or `subject` in its place.')
  if (url !== undefined && subject !== undefined) {
    throw fieldProblem('invalid_request', 'subject', 'Name one of `url` and `subject`, not both.')
  }
  return name
}

export async function workflowFilter(
  store: Pick<Store, 'workflows'>,
  organizationId: number,
  workflow: string | undefined,
): Promise<{ workflowId?: number }> {
  return workflow === undefined ? {} : { workflowId: await workflowIdOf(store, organizationId, workflow) }
}
