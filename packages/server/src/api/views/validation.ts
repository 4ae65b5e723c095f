import { z } from 'zod'
import { validationIdOf } from '../../core/ids.ts'
import type { Finding, Run } from '../../core/run.ts'
import { SCORE_FORMULA } from '../../core/score.ts'
import { isoTimeOrNull } from '../../core/time.ts'
import { runPageUrl, type RunSetting } from './run.ts'

const issueSchema = z.object({
  property: z.string(),
  message: z.string(),
  schema_type: z.string(),
  path: z.string(),
  code: z.string(),
  line: z.int().nullable(),
  column: z.int().nullable(),
})

const EXAMPLE = {
  validation_id: 'val_0198c1a29f4e7c3b8d5e6f7081920a1b',
  run_id: '0198c1a2-9f4e-7c3b-8d5e-6f7081920a1b',
  url: 'https://example.com/page',
  project_id: 'proj_0198c1a29f4e7c3b8d5e6f7081920a1b',
  status: 'invalid',
  score: 46.4,
  types: ['Article'],
  schemas: [
    {
      type: 'Article',
      properties: ['author', 'datePublished', 'image'],
      score: 46.4,
      missing: [{ property: 'headline', importance: 'required', cost: 10.71 }],
    },
  ],
  errors: [
    {
      property: 'headline',
      message: 'Property is required',
      schema_type: 'Article',
      path: '/script[0]',
      code: 'required',
      line: 4,
      column: 1,
    },
  ],
  warnings: [],
  error_count: 1,
  warning_count: 0,
  ended_at: '2025-03-22T14:30:00.000Z',
  run_url: 'https://sealpost.example.com/orgs/default/runs/0198c1a2-9f4e-7c3b-8d5e-6f7081920a1b/',
}

/** A run as ValidGraph's callers know it. */
export const validationSchema = z
  .object({
    validation_id: z.string().describe('`val_…`. You can use it wherever a run is named.'),
    run_id: z.string(),
    url: z.string().describe('What was judged. Empty when it has no name.'),
    project_id: z.string(),
    status: z
      .enum(['pending', 'valid', 'invalid', 'error'])
      .describe('`invalid`: the data is bad. `error`: no verdict was reached; `errors` says why.'),
    score: z.number().nullable().describe(SCORE_FORMULA),
    types: z.array(z.string()).describe('The schema.org types that were found.'),
    schemas: z.array(
      z.object({
        type: z.string(),
        properties: z.array(z.string()),
        score: z.number().nullable().describe('Null for a type without a table of properties.'),
        missing: z.array(z.object({ property: z.string(), importance: z.string(), cost: z.number() })),
      }),
    ),
    errors: z.array(issueSchema).describe('The first errors. `error_count` says how many there are.'),
    warnings: z.array(issueSchema),
    error_count: z.int(),
    warning_count: z.int(),
    ended_at: z.string().nullable(),
    run_url: z.string().describe("The run's page."),
  })
  .describe('The validation.')
  .meta({ id: 'Validation', examples: [EXAMPLE] })

export function validationView(
  run: Run,
  { organization, baseUrl }: RunSetting,
): z.output<typeof validationSchema> {
  return {
    validation_id: validationIdOf(run.id),
    run_id: run.id,
    url: run.subject ?? '',
    project_id: run.projectId,
    status: statusOf(run),
    score: run.score,
    types: (run.seen ?? []).map(({ type }) => type),
    schemas: (run.seen ?? []).map(({ type, properties }) => {
      const scored = run.scoredTypes?.find((candidate) => candidate.type === type)
      return {
        type,
        properties: properties.map(({ name }) => name),
        score: scored?.score ?? null,
        missing: scored?.missing ?? [],
      }
    }),
    errors: issuesOf(run, 'error'),
    warnings: issuesOf(run, 'warning'),
    error_count: run.counts.error,
    warning_count: run.counts.warning,
    ended_at: isoTimeOrNull(run.endedAt),
    run_url: runPageUrl(baseUrl, organization.slug, run.id),
  }
}

function statusOf({ result, endedAt }: Run): z.output<typeof validationSchema>['status'] {
  if (endedAt === null) return 'pending'
  if (result === 'PASS') return 'valid'
  return result === 'FAIL' ? 'invalid' : 'error'
}

function issuesOf({ findings }: Run, severity: Finding['severity']) {
  return findings
    .filter((finding) => finding.severity === severity)
    .map(({ property, message, schemaType, path, code, line, column }) => ({
      property: property ?? '',
      message,
      schema_type: schemaType ?? '',
      path,
      code,
      line: line ?? null,
      column: column ?? null,
    }))
}
