import { z } from 'zod'
import { fieldProblem } from '../../../core/errors.ts'
import { LIMITS } from '../../../core/limits.ts'
import { IMPORTANCES } from '../../../core/seen.ts'
import { countFindings, SEVERITIES, type Finding } from '../../../core/run.ts'
import { MINUTE_MS } from '../../../core/time.ts'
import type { ApiContext } from '../../context.ts'
import { REPLAYED_HEADERS } from '../../idempotency.ts'
import { operation } from '../../operation.ts'
import type { ExternalReport } from '../../services.ts'
import { RUN_RESULTS, runLocation, runSchema } from '../../views/run.ts'
import { instantOf, timeField } from '../fields.ts'
import { findWorkflow } from '../workflows/fields.ts'
import { ownOrganization, showRun, workflowRunParams } from './fields.ts'
import { LABEL_FIELDS } from './text-fields.ts'

/** Findings that one report may bring; all are counted, and the first `LIMITS.findingsMax` kept. */
const REPORTED_FINDINGS_MAX = 10_000
const SEEN_TYPES_MAX = 100
const SEEN_PROPERTIES_MAX = 200
const SEEN_KINDS_MAX = 20
const NAME_CHARACTERS_MAX = 200
/** How far a validator's clock may run before ours. */
const CLOCK_SKEW_MS_MAX = 5 * MINUTE_MS

const nameField = z.string().max(NAME_CHARACTERS_MAX)

const findingSchema = z.strictObject({
  severity: z.enum(SEVERITIES),
  code: nameField.min(1).default('external').describe('Stable snake_case word for the rule.'),
  message: z.string().min(1).max(LIMITS.findingMessageCharactersMax),
  path: z.string().max(LIMITS.findingPathCharactersMax).default('').describe('A JSON Pointer.'),
  property: nameField.nullable().default(null),
  schema_type: nameField.nullable().default(null),
  line: z.int().min(1).optional().describe('From 1.'),
  column: z.int().min(1).optional(),
})

const schemaSchema = z.strictObject({
  type: nameField.min(1),
  properties: z
    .array(
      z.strictObject({
        name: nameField.min(1),
        importance: z.enum(IMPORTANCES).default('unknown'),
        kinds: z.array(nameField.min(1)).max(SEEN_KINDS_MAX).default([]),
      }),
    )
    .max(SEEN_PROPERTIES_MAX)
    .default([]),
})

const body = z
  .strictObject({
    result: z.enum(RUN_RESULTS),
    findings: z.array(findingSchema).max(REPORTED_FINDINGS_MAX).default([]),
    started_at: timeField.optional().describe('Default: `ended_at`.'),
    ended_at: timeField.optional().describe('Default: now. Never later than now.'),
    score: z.number().min(0).max(100).nullable().default(null),
    schemas: z
      .array(schemaSchema)
      .max(SEEN_TYPES_MAX)
      .nullable()
      .default(null)
      .describe(
        'The types and properties that the validator saw. With them, changes since the previous run are reported.',
      ),
    ...LABEL_FIELDS,
  })
  .meta({
    id: 'ExternalResult',
    examples: [
      {
        result: 'FAIL',
        findings: [
          { severity: 'error', code: 'required', message: 'Property is required', property: 'headline' },
        ],
        subject: 'catalogue/2025-03-22',
      },
    ],
  })

export function reportResult({
  store,
  services,
  settings,
  clock,
}: Pick<ApiContext, 'store' | 'services' | 'settings' | 'clock'>) {
  return operation({
    id: 'reportResult',
    method: 'POST',
    path: '/api/v1/orgs/:org/workflows/:workflow/results',
    tag: 'runs',
    summary: 'Report a run that an external validator finished',
    description:
      'The run and its events are stored together. They are no different from those of a built-in validator.',
    access: ['write'],
    params: workflowRunParams,
    body,
    answers: { 201: runSchema },
    problems: ['idempotency_conflict', 'overloaded', 'shutting_down'],
    async handle({ caller, params, body: wanted, idempotency }) {
      const organization = ownOrganization(caller, params.org)
      const workflow = await findWorkflow(store, organization.id, params.workflow)
      const report = reportOf(wanted, clock.now())
      const { run, replayed } = await services.runs.report({
        organization,
        workflow,
        report,
        idempotency: idempotency(),
      })
      return {
        status: 201,
        body: await showRun({ store, settings }, organization, run),
        headers: { location: runLocation(organization.slug, run.id), ...(replayed && REPLAYED_HEADERS) },
      }
    },
  })
}

/** Throws `invalid_request` when the times cannot be, or when they or the result contradict each other. */
function reportOf(wanted: z.output<typeof body>, now: number): ExternalReport {
  const endedAt = wanted.ended_at === undefined ? now : instantOf('ended_at', wanted.ended_at)
  const startedAt = wanted.started_at === undefined ? endedAt : instantOf('started_at', wanted.started_at)
  if (endedAt > now + CLOCK_SKEW_MS_MAX) {
    throw fieldProblem(
      'invalid_request',
      'ended_at',
      'Must not be in the future: only a run that has ended can be reported.',
    )
  }
  if (startedAt > endedAt) {
    throw fieldProblem('invalid_request', 'started_at', 'Must not be after the end of the run.')
  }
  const findings = wanted.findings.map(findingOf)
  const counts = countFindings(findings)
  if (wanted.result === 'PASS' && counts.error > 0) {
    throw fieldProblem(
      'invalid_request',
      'result',
      'A run with findings of severity error cannot have the result PASS.',
    )
  }
  return {
    submission: {
      fileName: wanted.filename,
      contentType: null,
      url: wanted.url,
      subject: wanted.subject,
      metadata: wanted.metadata,
    },
    verdict: {
      result: wanted.result,
      findings: findings.slice(0, LIMITS.findingsMax),
      counts,
      score: wanted.score,
      scoredTypes: null,
      seen: wanted.schemas,
      errorCategory: wanted.result === 'ERROR' ? 'VALIDATOR' : null,
    },
    startedAt,
    endedAt,
  }
}

function findingOf({ schema_type, line, column, ...finding }: z.output<typeof findingSchema>): Finding {
  const place = { ...(line !== undefined && { line }), ...(column !== undefined && { column }) }
  return { ...finding, schemaType: schema_type, ...place }
}
