import type { z } from 'zod'
import * as standard from './bodies/standard.ts'
import * as validgraph from './bodies/validgraph.ts'
import { failedRunExample, passedRunExample, runBodySchema } from './bodies/validibot.ts'
import type { Dialect } from './dialect.ts'

/** One line of the catalogue. */
export interface EventType<Type extends string = string, Schema extends z.ZodObject = z.ZodObject> {
  type: Type
  /** When it is sent, in a sentence. */
  description: string
  dialect: Dialect
  /** The whole body. It allows further fields, since fields may be added later. */
  bodySchema: Schema
  /** A whole body. Where the dialect's documentation has an example, exactly that one. */
  example: z.infer<Schema>
}

/** Lets the compiler hold each example against its own schema. */
function eventType<const Type extends string, Schema extends z.ZodObject>(
  line: EventType<Type, Schema>,
): EventType<Type, Schema> {
  return line
}

const VALIDIBOT_TIMESTAMP = '2024-01-15T14:30:00Z'
const VALIDGRAPH_TIMESTAMP = '2025-03-22T14:30:00Z'
const EXAMPLE_WEBHOOK = { webhook_id: 'webhook_xyz789', url: 'https://myapp.example.com/webhooks/validgraph' }
const EXAMPLE_MONITOR = {
  monitor_id: 'mon_0198c1a29f4e7c3b8d5e6f7081920a1b',
  name: 'Lamp',
  url: 'https://shop.example.com/lamp',
  project_id: 'proj_abc123',
  workflow: { id: 2, slug: 'structured-data', name: 'Structured data' },
  run_id: '0198c1a2-9f4e-7c3b-8d5e-6f7081920a1b',
  run_url: 'https://sealpost.example.com/orgs/acme/runs/0198c1a2-9f4e-7c3b-8d5e-6f7081920a1b/',
}

/**
 * Every event type that the system makes. The API, the OpenAPI document and the receiver's types follow this table. Any other type is an organization's own and speaks the `standard` dialect.
 */
export const EVENT_TYPES = [
  eventType({
    type: 'run.completed',
    description: 'A run ended, whatever the outcome.',
    dialect: 'validibot',
    bodySchema: runBodySchema('run.completed'),
    example: { event: 'run.completed', timestamp: VALIDIBOT_TIMESTAMP, ...passedRunExample },
  }),
  eventType({
    type: 'run.succeeded',
    description: 'A run ended with result PASS.',
    dialect: 'validibot',
    bodySchema: runBodySchema('run.succeeded'),
    example: { event: 'run.succeeded', timestamp: VALIDIBOT_TIMESTAMP, ...passedRunExample },
  }),
  eventType({
    type: 'run.failed',
    description: 'A run ended with any result other than PASS.',
    dialect: 'validibot',
    bodySchema: runBodySchema('run.failed'),
    example: { event: 'run.failed', timestamp: VALIDIBOT_TIMESTAMP, ...failedRunExample },
  }),
  eventType({
    type: 'validation.completed',
    description: 'A validation ended, whatever the outcome.',
    dialect: 'validgraph',
    bodySchema: validgraph.validationCompletedSchema,
    example: {
      event: 'validation.completed',
      timestamp: VALIDGRAPH_TIMESTAMP,
      data: {
        validation_id: 'val_12345',
        url: 'https://example.com/page',
        project_id: 'proj_abc123',
        status: 'valid',
        schema_type: 'Article',
        errors: [],
        score: 96,
        error_count: 0,
        warning_count: 1,
      },
    },
  }),
  eventType({
    type: 'validation.failed',
    description: 'A validation found errors in the data.',
    dialect: 'validgraph',
    bodySchema: validgraph.validationFailedSchema,
    example: {
      event: 'validation.failed',
      timestamp: VALIDGRAPH_TIMESTAMP,
      data: {
        validation_id: 'val_12345',
        url: 'https://example.com/page',
        project_id: 'proj_abc123',
        status: 'invalid',
        schema_type: 'Article',
        errors: [{ property: 'headline', message: 'Property is required' }],
      },
    },
  }),
  eventType({
    type: 'score.dropped',
    description:
      "The score fell by at least the workflow's threshold, compared with the previous scored run of the same subject.",
    dialect: 'validgraph',
    bodySchema: validgraph.scoreDroppedSchema,
    example: {
      event: 'score.dropped',
      timestamp: VALIDGRAPH_TIMESTAMP,
      data: {
        project_id: 'proj_abc123',
        previous_score: 88,
        current_score: 72,
        change: -16,
        url: 'https://example.com/updated-page',
      },
    },
  }),
  eventType({
    type: 'schema.changed',
    description: 'The schema types or properties differ from the previous run of the same subject.',
    dialect: 'validgraph',
    bodySchema: validgraph.schemaChangedSchema,
    example: {
      event: 'schema.changed',
      timestamp: VALIDGRAPH_TIMESTAMP,
      data: {
        validation_id: 'val_12345',
        url: 'https://example.com/page',
        project_id: 'proj_abc123',
        impact: 'high',
        changes: [
          { kind: 'property_removed', schema_type: 'Article', property: 'headline', impact: 'high' },
          { kind: 'property_added', schema_type: 'Article', property: 'wordCount', impact: 'low' },
        ],
      },
    },
  }),
  eventType({
    type: 'schema.removed',
    description: 'A schema type that was in the previous run of the same subject is gone.',
    dialect: 'validgraph',
    bodySchema: validgraph.schemaRemovedSchema,
    example: {
      event: 'schema.removed',
      timestamp: VALIDGRAPH_TIMESTAMP,
      data: {
        validation_id: 'val_12345',
        url: 'https://example.com/page',
        project_id: 'proj_abc123',
        schema_type: 'Product',
      },
    },
  }),
  eventType({
    type: 'alert.triggered',
    description: 'An alert rule matched.',
    dialect: 'validgraph',
    bodySchema: validgraph.alertTriggeredSchema,
    example: {
      event: 'alert.triggered',
      timestamp: VALIDGRAPH_TIMESTAMP,
      data: {
        validation_id: 'val_12345',
        url: 'https://example.com/page',
        project_id: 'proj_abc123',
        alert_rule: { id: 'alert_def456', name: 'Score below 75', rule_type: 'score_threshold' },
        severity: 'warning',
        message: 'The score is 72, below 75.',
      },
    },
  }),
  eventType({
    type: 'webhook.test',
    description:
      'Somebody asked for a test of this webhook. It is sent once, whatever the webhook subscribes to.',
    dialect: 'both',
    bodySchema: validgraph.webhookTestSchema,
    example: {
      event: 'webhook.test',
      timestamp: VALIDGRAPH_TIMESTAMP,
      data: validgraph.webhookTestContent(EXAMPLE_WEBHOOK.webhook_id),
    },
  }),
  eventType({
    type: 'webhook.failing',
    description: 'Several attempts in a row to one of your webhooks have failed.',
    dialect: 'standard',
    bodySchema: standard.webhookFailingSchema,
    example: {
      type: 'webhook.failing',
      timestamp: VALIDGRAPH_TIMESTAMP,
      data: { ...EXAMPLE_WEBHOOK, health: 'failing', failure_count: 3, last_error: 'Connection timeout' },
    },
  }),
  eventType({
    type: 'webhook.disabled',
    description: 'One of your webhooks was disabled because its endpoint keeps failing or said it is gone.',
    dialect: 'standard',
    bodySchema: standard.webhookDisabledSchema,
    example: {
      type: 'webhook.disabled',
      timestamp: VALIDGRAPH_TIMESTAMP,
      data: {
        ...EXAMPLE_WEBHOOK,
        status: 'disabled_too_many_failures',
        failure_count: 5,
        last_error: 'Connection timeout',
      },
    },
  }),
  eventType({
    type: 'webhook.recovered',
    description: 'A webhook that was failing has acknowledged an event again.',
    dialect: 'standard',
    bodySchema: standard.webhookRecoveredSchema,
    example: {
      type: 'webhook.recovered',
      timestamp: VALIDGRAPH_TIMESTAMP,
      data: { ...EXAMPLE_WEBHOOK, health: 'healthy' },
    },
  }),
  eventType({
    type: 'monitor.failing',
    description:
      'A watched page cannot be judged: it could not be fetched, a validator broke, or no run could be started.',
    dialect: 'standard',
    bodySchema: standard.monitorFailingSchema,
    example: {
      type: 'monitor.failing',
      timestamp: VALIDGRAPH_TIMESTAMP,
      data: {
        ...EXAMPLE_MONITOR,
        health: 'failing',
        failure_count: 1,
        failing_since: VALIDGRAPH_TIMESTAMP,
        last_error:
          'The page could not be fetched. The server answered 503: it cannot serve the page at the moment.',
      },
    },
  }),
  eventType({
    type: 'monitor.recovered',
    description: 'A watched page that could not be judged has been judged again, whatever the verdict.',
    dialect: 'standard',
    bodySchema: standard.monitorRecoveredSchema,
    example: {
      type: 'monitor.recovered',
      timestamp: VALIDGRAPH_TIMESTAMP,
      data: { ...EXAMPLE_MONITOR, health: 'healthy' },
    },
  }),
] as const satisfies readonly EventType[]

export type BuiltInType = (typeof EVENT_TYPES)[number]['type']

const DIALECTS: ReadonlyMap<string, Dialect> = new Map(
  EVENT_TYPES.map(({ type, dialect }) => [type, dialect]),
)

/** Whether the system alone makes this type. */
export function isBuiltInType(type: string): type is BuiltInType {
  return DIALECTS.has(type)
}

/** Whether events of this type tell an organization of its own webhooks. */
export function isOperationalType(type: string): boolean {
  return type === 'webhook.failing' || type === 'webhook.disabled' || type === 'webhook.recovered'
}

export function dialectOf(type: string): Dialect {
  return DIALECTS.get(type) ?? 'standard'
}
