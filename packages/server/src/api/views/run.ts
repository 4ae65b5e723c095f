import { z } from 'zod'
import { validationIdOf } from '../../core/ids.ts'
import type { Organization } from '../../core/organization.ts'
import { SEVERITIES, type Run } from '../../core/run.ts'
import { isoTime, isoTimeOrNull } from '../../core/time.ts'
import { SCORE_FORMULA } from '../../core/score.ts'
import { IMPORTANCES } from '../../core/seen.ts'
import type { Workflow } from '../../core/workflow.ts'

export const RUN_RESULTS = ['PASS', 'FAIL', 'ERROR', 'CANCELED', 'TIMED_OUT', 'UNKNOWN'] as const
const RUN_STATUSES = ['PENDING', 'RUNNING', 'SUCCEEDED', 'FAILED', 'CANCELED', 'TIMED_OUT'] as const

const findingSchema = z
  .object({
    severity: z.enum(SEVERITIES),
    code: z.string(),
    message: z.string(),
    path: z.string().describe('Where in the document, as a JSON Pointer. Empty for the whole document.'),
    property: z.string().nullable(),
    schema_type: z.string().nullable(),
    line: z.int().nullable().describe('Counted from 1. Null when the format of the document has none.'),
    column: z.int().nullable(),
  })
  .meta({ id: 'Finding' })

const RUN_FIELDS = {
  id: z.string().describe('UUID.'),
  validation_id: z.string().describe('The same run by its ValidGraph name, `val_…`.'),
  status: z.enum(RUN_STATUSES),
  result: z
    .enum(RUN_RESULTS)
    .describe(
      'FAIL: the data is bad. ERROR: the validator broke. UNKNOWN: the run has not ended, or its outcome is not known.',
    ),
  workflow: z.object({
    id: z.int(),
    slug: z.string().nullable().describe('Null when the workflow was deleted.'),
    name: z.string().nullable(),
  }),
  project_id: z.string(),
  source: z.enum(['builtin', 'external']),
  subject: z
    .string()
    .nullable()
    .describe('What was judged. A run is compared with the previous run of the same subject.'),
  submission: z.object({
    filename: z.string().nullable(),
    content_type: z.string().nullable(),
    url: z.string().nullable(),
    metadata: z.record(z.string(), z.unknown()),
  }),
  created_at: z.string(),
  started_at: z.string().nullable(),
  ended_at: z.string().nullable(),
  duration_ms: z.number().nullable(),
  summary: z.object({
    total_findings: z.int(),
    error_count: z.int(),
    warning_count: z.int(),
    info_count: z.int(),
  }),
  score: z.number().nullable().describe('0 to 100.'),
  error_category: z.string().nullable().describe('Why a run ended as ERROR or TIMED_OUT.'),
  url: z.string().describe("The run's page."),
}

/** A line of the list. */
export const runSummarySchema = z.object(RUN_FIELDS).meta({ id: 'RunSummary' })

const scoredTypeSchema = z
  .object({
    type: z.string(),
    score: z.number().describe('The mean score of the things of this type.'),
    things: z.int().describe('How many things of this type there are.'),
    missing: z.array(
      z.object({
        property: z.string(),
        importance: z.enum(['required', 'recommended', 'optional']),
        cost: z.number().describe('How many points it costs the score of the whole document.'),
      }),
    ),
  })
  .meta({ id: 'ScoredType' })

const seenTypeSchema = z
  .object({
    type: z.string(),
    properties: z.array(
      z.object({
        name: z.string(),
        importance: z.enum(IMPORTANCES),
        kinds: z.array(z.string()).describe('`text`, `number`, `boolean`, `url`, or the type of a thing.'),
      }),
    ),
  })
  .meta({ id: 'SeenType' })

export const runSchema = z
  .object({
    ...RUN_FIELDS,
    findings: z.array(findingSchema).describe('At most 1,000. `summary` counts all of them.'),
    score_details: z
      .array(scoredTypeSchema)
      .nullable()
      .describe(`How the score was computed. ${SCORE_FORMULA}`),
    schemas: z
      .array(seenTypeSchema)
      .nullable()
      .describe('The types and properties that were seen. Null when the run did not look for any.'),
    events: z.array(z.string()).describe('Ids of the events that the run made, oldest first.'),
  })
  .describe('The run.')
  .meta({ id: 'Run' })

export type RunView = z.output<typeof runSchema>

export interface RunSetting {
  organization: Pick<Organization, 'slug'>
  /** Null when the store knows it no more. */
  workflow: Pick<Workflow, 'slug' | 'name'> | null
  baseUrl: string
}

export function runSummaryView(
  run: Omit<Run, 'findings'>,
  { organization, workflow, baseUrl }: RunSetting,
): z.output<typeof runSummarySchema> {
  return {
    id: run.id,
    validation_id: validationIdOf(run.id),
    status: run.status,
    result: run.result,
    workflow: { id: run.workflowId, slug: workflow?.slug ?? null, name: workflow?.name ?? null },
    project_id: run.projectId,
    source: run.source,
    subject: run.subject,
    submission: {
      filename: run.submission.fileName,
      content_type: run.submission.contentType,
      url: run.submission.url,
      metadata: run.submission.metadata,
    },
    created_at: isoTime(run.createdAt),
    started_at: isoTimeOrNull(run.startedAt),
    ended_at: isoTimeOrNull(run.endedAt),
    duration_ms: run.durationMs,
    summary: {
      total_findings: run.counts.error + run.counts.warning + run.counts.info,
      error_count: run.counts.error,
      warning_count: run.counts.warning,
      info_count: run.counts.info,
    },
    score: run.score,
    error_category: run.errorCategory,
    url: runPageUrl(baseUrl, organization.slug, run.id),
  }
}

export function runView(run: Run, setting: RunSetting, eventIds: string[]): RunView {
  return {
    ...runSummaryView(run, setting),
    findings: run.findings.map(({ severity, code, message, path, property, schemaType, line, column }) => ({
      severity,
      code,
      message,
      path,
      property,
      schema_type: schemaType,
      line: line ?? null,
      column: column ?? null,
    })),
    score_details: run.scoredTypes,
    schemas: run.seen,
    events: eventIds,
  }
}

/** The page that webhook bodies link to. */
export function runPageUrl(baseUrl: string, organizationSlug: string, runId: string): string {
  return `${baseUrl}/orgs/${organizationSlug}/runs/${runId}/`
}

/** Where the API answers the run; what `Location` names. */
export function runLocation(organizationSlug: string, runId: string): string {
  return `/api/v1/orgs/${organizationSlug}/runs/${runId}/`
}
