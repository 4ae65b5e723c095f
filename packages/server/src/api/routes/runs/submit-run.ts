import { z } from 'zod'
import { LIMITS } from '../../../core/limits.ts'
import { SECOND_MS } from '../../../core/time.ts'
import type { ApiContext } from '../../context.ts'
import type { Form } from '../../multipart-form.ts'
import { operation } from '../../operation.ts'
import { runSchema } from '../../views/run.ts'
import { findWorkflow } from '../workflows/fields.ts'
import { ENVELOPE_TYPE, envelopeSchema } from './envelope.ts'
import { answerOf, ownOrganization, waitField, workflowRunParams } from './fields.ts'
import { readSubmission } from './submission.ts'
import { LABEL_FIELDS } from './text-fields.ts'

const query = z.strictObject({
  wait: waitField.default(LIMITS.runInlineWaitMs / SECOND_MS),
  subject: LABEL_FIELDS.subject,
})

export function submitRun({
  store,
  services,
  settings,
}: Pick<ApiContext, 'store' | 'services' | 'settings'>) {
  return operation({
    id: 'submitRun',
    method: 'POST',
    path: '/api/v1/orgs/:org/workflows/:workflow/runs',
    tag: 'runs',
    summary: 'Run a workflow on a document',
    description:
      'You can send the document in three ways: as the body itself, of any content type (with `X-Filename` and ' +
      '`Content-Encoding: base64` if you like); as `content` in a JSON envelope; or as the part `file` of a form. An ' +
      'application/json body is read as an envelope when it has `content` and all its keys are keys of an envelope. When the ' +
      'first step judges pages, an envelope may have `url` instead of `content`, and the page is fetched. A body of type ' +
      `\`${ENVELOPE_TYPE}\` is always an envelope. ` +
      'Answers 201 when the run ended while the request waited, else 202 with `Location` and `Retry-After`.',
    access: ['write'],
    params: workflowRunParams,
    query,
    bodyKind: 'bytes',
    bodyContent: {
      'application/json': envelopeSchema,
      [ENVELOPE_TYPE]: envelopeSchema,
      'multipart/form-data': z.object({
        file: z.string().meta({ contentMediaType: 'application/octet-stream' }).describe('The document.'),
        filename: z.string().optional(),
        content_type: z.string().optional(),
        content_encoding: z.literal('base64').optional(),
        metadata: z.string().optional().describe('A JSON object.'),
        subject: z.string().optional(),
        url: z.string().optional(),
      }),
      'application/octet-stream': z.string().describe('The document, with any content type.'),
    },
    answers: { 201: runSchema, 202: runSchema.describe('The run, which has not ended yet.') },
    problems: [
      'malformed_body',
      'document_not_json',
      'url_not_allowed',
      'idempotency_conflict',
      'overloaded',
      'shutting_down',
    ],
    async handle({ caller, params, query, body, header, idempotency }) {
      const organization = ownOrganization(caller, params.org)
      const workflow = await findWorkflow(store, organization.id, params.workflow)
      const submission = readSubmission({
        // acceptBytes() has put nothing else there.
        body: body as Buffer | Form | null,
        contentType: header('content-type') ?? null,
        contentEncoding: header('content-encoding') ?? null,
        fileName: header('x-filename') ?? null,
        subject: query.subject,
        judgesPages: services.runs.judgesPages(workflow.steps),
      })
      const { content, ...labels } = submission
      const { run, replayed } = await services.runs.submit({
        organization,
        workflow,
        submission,
        waitMs: query.wait * SECOND_MS,
        // What was meant rather than the bytes: a client that repeats a form chooses another boundary.
        idempotency: idempotency([JSON.stringify(labels), content]),
      })
      return answerOf({ store, settings }, organization, { run, replayed })
    },
  })
}
