import { z } from 'zod'
import { countField, timestampField, workflowField } from './fields.ts'

/**
 * Bodies in Validibot's dialect: `{event, timestamp, organization, workflow, run, summary}`, as Validibot's webhook page
 * documents them. Fields may be added at the end of an object; none is ever renamed or dropped.
 */
const runContentShape = {
  organization: z
    .object({ slug: z.string(), name: z.string() })
    .describe('The organization containing the workflow'),
  workflow: workflowField,
  run: z
    .object({
      id: z.uuid(),
      status: z.enum(['SUCCEEDED', 'FAILED', 'CANCELED', 'TIMED_OUT']),
      result: z
        .enum(['PASS', 'FAIL', 'ERROR', 'CANCELED', 'TIMED_OUT', 'UNKNOWN'])
        .describe('FAIL: the data is bad. ERROR: the platform or the validator broke.'),
      started_at: z.iso
        .datetime()
        .describe('When judging began; equal to `ended_at` for a run that was cancelled before it began'),
      ended_at: z.iso.datetime(),
      duration_ms: countField,
      url: z.url().describe("The run's page"),
    })
    .describe('The run that ended'),
  summary: z
    .object({
      total_findings: countField,
      error_count: countField,
      warning_count: countField,
      info_count: countField,
    })
    .describe('How many findings the run has'),
}

/** What a `run.*` body says beside its type and time. */
export type RunContent = z.infer<z.ZodObject<typeof runContentShape>>

export function runBodySchema<const Type extends string>(type: Type) {
  return z.object({ event: z.literal(type), timestamp: timestampField, ...runContentShape })
}

const EXAMPLE_ORGANIZATION = { slug: 'my-org', name: 'My Organization' }
const EXAMPLE_WORKFLOW = { id: 42, slug: 'product-validation', name: 'Product Validation' }
const EXAMPLE_RUN_ID = '550e8400-e29b-41d4-a716-446655440000'

/** The documented example of a run that passed. */
export const passedRunExample: RunContent = {
  organization: EXAMPLE_ORGANIZATION,
  workflow: EXAMPLE_WORKFLOW,
  run: {
    id: EXAMPLE_RUN_ID,
    status: 'SUCCEEDED',
    result: 'PASS',
    started_at: '2024-01-15T14:29:55Z',
    ended_at: '2024-01-15T14:30:00Z',
    duration_ms: 5000,
    url: `https://your-validibot.com/orgs/my-org/runs/${EXAMPLE_RUN_ID}/`,
  },
  summary: { total_findings: 3, error_count: 0, warning_count: 2, info_count: 1 },
}

export const failedRunExample: RunContent = {
  ...passedRunExample,
  run: { ...passedRunExample.run, status: 'FAILED', result: 'FAIL' },
  summary: { total_findings: 3, error_count: 2, warning_count: 1, info_count: 0 },
}
