import { z } from 'zod'
import { fieldProblem } from '../../../core/errors.ts'
import { LIMITS } from '../../../core/limits.ts'
import { documentSubmission, isEnded, pageSubmission, type Submission } from '../../../core/run.ts'
import { SECOND_MS } from '../../../core/time.ts'
import type { ApiContext } from '../../context.ts'
import { REPLAYED_HEADERS } from '../../idempotency.ts'
import { operation } from '../../operation.ts'
import { runLocation } from '../../views/run.ts'
import { validationSchema, validationView } from '../../views/validation.ts'
import { waitField } from '../runs/fields.ts'
import { LABEL_FIELDS } from '../runs/text-fields.ts'
import { pageWorkflow } from './page-workflow.ts'

const body = z
  .strictObject({
    url: LABEL_FIELDS.url.describe(
      'The page to fetch and judge. With `json_ld` or `html`: the page that these belong to; it is not fetched.',
    ),
    json_ld: z
      .union([z.record(z.string(), z.unknown()), z.array(z.unknown()), z.string().min(1)])
      .optional()
      .describe('JSON-LD to judge instead of a page: an object, an array, or text.'),
    html: z.string().min(1).optional().describe('The HTML of the page, to judge it without fetching it.'),
    workflow: z
      .string()
      .optional()
      .describe('Slug or integer id of a workflow that judges pages. Default: `structured-data`.'),
  })
  .meta({ id: 'NewValidation', examples: [{ url: 'https://example.com/page' }] })

export function validate(context: Pick<ApiContext, 'store' | 'services' | 'settings' | 'clock'>) {
  const { services, settings } = context
  return operation({
    id: 'validate',
    method: 'POST',
    path: '/api/v1/validate',
    tag: 'runs',
    summary: 'Validate the structured data of a page',
    description:
      'Makes a run like any other, with its events, and answers in ValidGraph’s form. Without `workflow`, the workflow ' +
      '`structured-data` judges the page; it is made when it is first needed. Answers 202 when the run has not ended while ' +
      'the request waited.',
    access: ['write'],
    query: z.strictObject({ wait: waitField.default(LIMITS.waitSecondsMax) }),
    body,
    answers: { 200: validationSchema, 202: validationSchema.describe('The run has not ended yet.') },
    problems: ['url_not_allowed', 'idempotency_conflict', 'overloaded', 'shutting_down'],
    async handle({ caller: { organization }, query, body: wanted, idempotency }) {
      const submission = submissionOf(wanted)
      const workflow = await pageWorkflow(context, organization.id, wanted.workflow)
      const { run, replayed } = await services.runs.submit({
        organization,
        workflow,
        submission,
        waitMs: query.wait * SECOND_MS,
        idempotency: idempotency(),
      })
      const view = validationView(run, { organization, workflow, baseUrl: settings.baseUrl })
      const headers = replayed ? REPLAYED_HEADERS : {}
      if (isEnded(run)) return { status: 200, body: view, headers }
      const location = runLocation(organization.slug, run.id)
      return { status: 202, body: view, headers: { ...headers, location, 'retry-after': '1' } }
    },
  })
}

/** Throws `invalid_request` when there is nothing to judge, or too much. */
function submissionOf({ url, json_ld: jsonLd, html }: z.output<typeof body>): Submission {
  if (jsonLd !== undefined && html !== undefined) {
    throw fieldProblem('invalid_request', 'html', 'Send one of `json_ld` and `html`, not both.')
  }
  if (html !== undefined) return { ...documentSubmission(Buffer.from(html), 'text/html; charset=utf-8'), url }
  if (jsonLd !== undefined) {
    const text = typeof jsonLd === 'string' ? jsonLd : JSON.stringify(jsonLd)
    return { ...documentSubmission(Buffer.from(text), 'application/ld+json'), url }
  }
  if (url === null)
    throw fieldProblem('invalid_request', 'url', 'Required: a page, or `json_ld` or `html` in its place.')
  return pageSubmission(url)
}
