import type { z } from 'zod'
import { EVENT_TYPES, type BuiltInType } from '../catalogue/event-types.ts'
import type { Draft, Fact } from './channel-message.ts'
import { numberFact, originFacts } from './origin-facts.ts'
import { changedDraft } from './schema-changes.ts'
import { validationDraft } from './validation.ts'
import { webhookFacts } from './webhook-facts.ts'

/** The whole body of an event of this type. */
type BodyOf<Type extends BuiltInType> = z.infer<
  Extract<(typeof EVENT_TYPES)[number], { type: Type }>['bodySchema']
>

const WRITERS: { readonly [Type in BuiltInType]: (body: BodyOf<Type>) => Draft } = {
  'run.completed': runDraft,
  'run.succeeded': runDraft,
  'run.failed': runDraft,

  'validation.completed': validationDraft,
  'validation.failed': validationDraft,

  'score.dropped': ({ data }) => ({
    title: `The score fell by ${-data.change} to ${data.current_score}`,
    severity: 'warning',
    about: data.url,
    facts: originFacts(data),
    before: String(data.previous_score),
    after: String(data.current_score),
    link: data.run_url ?? null,
  }),

  'schema.changed': changedDraft,

  'schema.removed': ({ data }) => ({
    title: `${data.schema_type} is gone`,
    severity: 'warning',
    about: data.url,
    text: `The previous run found ${data.schema_type}; this run did not.`,
    facts: originFacts(data),
    before: data.schema_type,
    after: 'not there',
    link: data.run_url ?? null,
  }),

  'alert.triggered': ({ data }) => ({
    title: data.alert_rule.name,
    severity: data.severity,
    about: data.url,
    text: data.message,
    facts: [
      ...originFacts(data),
      // A rule about the score has it below, as what changed.
      ...(data.after === String(data.score) ? [] : numberFact('Score', data.score)),
      ['Rule', data.alert_rule.rule_type.replaceAll('_', ' ')],
    ],
    before: data.before ?? null,
    after: data.after ?? null,
    link: data.run_url ?? null,
  }),

  'webhook.test': () => ({
    title: 'A test of this channel',
    severity: 'info',
    text: 'If you can read this, the channel works.',
  }),
  'webhook.failing': ({ data }) => ({
    title: 'A webhook is failing',
    severity: 'warning',
    text: 'Several attempts in a row have failed. Failed deliveries are tried again.',
    about: data.url,
    facts: webhookFacts(data),
  }),
  'webhook.disabled': ({ data }) => ({
    title: 'A webhook was disabled',
    severity: 'critical',
    text:
      data.status === 'disabled_gone'
        ? 'Its receiver said that it is gone for good. Events are held until the webhook is enabled again.'
        : 'Too many attempts have failed. Events are held until the webhook is enabled again.',
    about: data.url,
    facts: webhookFacts(data),
  }),
  'webhook.recovered': ({ data }) => ({
    title: 'A webhook has recovered',
    severity: 'info',
    text: 'It has acknowledged an event again.',
    about: data.url,
    facts: webhookFacts(data),
  }),
  'monitor.failing': ({ data }) => ({
    title: `${data.name} cannot be judged`,
    severity: 'critical',
    text: data.last_error ?? 'The last run of the monitor ended without a verdict.',
    about: data.url,
    facts: [
      ...monitorFacts(data),
      ['Failed in a row', String(data.failure_count)],
      ['Since', data.failing_since ?? ''],
    ],
    link: data.run_url,
  }),
  'monitor.recovered': ({ data }) => ({
    title: `${data.name} can be judged again`,
    severity: 'info',
    text: 'The last run of the monitor reached a verdict.',
    about: data.url,
    facts: monitorFacts(data),
    link: data.run_url,
  }),
}

const SCHEMAS: ReadonlyMap<string, z.ZodObject> = new Map(
  EVENT_TYPES.map(({ type, bodySchema }) => [type, bodySchema]),
)

/** Null when the body is not as the catalogue has it: one that an older version made, say. */
export function builtInDraft(type: BuiltInType, body: unknown): Draft | null {
  const parsed = SCHEMAS.get(type)?.safeParse(body)
  if (parsed?.success !== true) return null
  // The table is right for each type, which the compiler cannot follow from a type that is only known when it runs.
  const write = WRITERS[type] as (body: unknown) => Draft
  return write(parsed.data)
}

function runDraft({ workflow, run, summary }: Omit<BodyOf<'run.completed'>, 'event'>): Draft {
  return {
    title: `${workflow.name}: ${run.result}`,
    severity: run.result === 'PASS' ? 'info' : 'warning',
    text: `A run of ${workflow.name} ended as ${run.status}.`,
    facts: [
      ['Workflow', workflow.name],
      ['Errors', String(summary.error_count)],
      ['Warnings', String(summary.warning_count)],
      ['Took', `${run.duration_ms} ms`],
    ],
    link: run.url,
  }
}

function monitorFacts(data: { url: string; monitor_id: string; workflow: { name: string } }): Fact[] {
  return [
    ['Page', data.url],
    ['Monitor', data.monitor_id],
    ['Workflow', data.workflow.name],
  ]
}
