import { z } from 'zod'
import { CARRIER_NAMES } from '../../../carriers/index.ts'
import {
  ALERT_OPERATORS,
  ALERT_RULE_TYPES,
  ALERT_SEVERITIES,
  type AlertCondition,
  type AlertScope,
} from '../../../core/alert.ts'
import { fieldProblem } from '../../../core/errors.ts'
import { LIMITS } from '../../../core/limits.ts'
import { nameField } from '../fields.ts'

export const alertRuleParams = z.strictObject({ id: z.string().describe('`rule_…`') })

const TEXT_CHARACTERS_MAX = 500
const text = z.string().min(1).max(TEXT_CHARACTERS_MAX)

export const ALERT_RULE_FIELDS = {
  name: nameField,
  enabled: z.boolean(),
  scope: z.strictObject({
    applies_to: z.enum(['all', 'project', 'url_pattern']),
    project_id: text.nullable().optional().describe('Of `project`.'),
    url_pattern: text
      .nullable()
      .optional()
      .describe(
        'For `url_pattern`: the pattern that the subject of the run must match. `*` stands for any characters.',
      ),
  }),
  condition: z
    .strictObject({
      rule_type: z.enum(ALERT_RULE_TYPES),
      operator: z.enum(ALERT_OPERATORS).nullable().optional(),
      value: z.union([z.number(), text]).nullable().optional(),
      expression: z.string().min(1).max(LIMITS.filterCharactersMax).nullable().optional(),
    })
    .describe(
      '`score_threshold` compares the score with `value`; the default `operator` is `lt`. `score_drop` matches when the ' +
        'score fell by at least `value` points. `property_missing`: `value` is a property such as `headline` or ' +
        '`Article.headline`. `type_removed`: `value` is a type, or null for any type. `errors` compares the number of errors ' +
        'with `value`; the default is `gte` 1. `run_error` matches when the run ended without a verdict: the page could not ' +
        'be fetched, or a validator broke. `cel` matches when `expression` is true for the body of `validation.completed`. ' +
        'It is also checked for runs without a verdict, whose `data.status` is `error`.',
    ),
  actions: z.strictObject({
    notify_via: z
      .array(z.enum(CARRIER_NAMES))
      .min(1)
      .max(CARRIER_NAMES.length)
      .describe(
        'The carriers that bring the alert. `webhook` reaches the webhooks that subscribe to `alert.triggered`. Every other ' +
          'carrier reaches the channels in `recipients`.',
      ),
    recipients: z.array(text).max(LIMITS.alertRecipientsMax).default([]).describe('Ids of channels.'),
    severity: z.enum(ALERT_SEVERITIES).default('warning'),
  }),
  cooldown_seconds: z
    .int()
    .min(0)
    .max(LIMITS.alertCooldownSecondsMax)
    .describe('How long the rule raises no further alert about a subject after an alert about it.'),
}

type Scope = z.output<typeof ALERT_RULE_FIELDS.scope>

/** Throws `invalid_request` on the field that is missing. */
export function scopeOf({
  applies_to: type,
  project_id: projectId,
  url_pattern: urlPattern,
}: Scope): AlertScope {
  switch (type) {
    case 'all':
      return { type }
    case 'project':
      return { type, projectId: required(projectId, 'scope.project_id', 'A project, `proj_…`.') }
    case 'url_pattern':
      return {
        type,
        urlPattern: required(
          urlPattern,
          'scope.url_pattern',
          'A pattern such as https://example.com/blog/*.',
        ),
      }
  }
}

type Condition = z.output<typeof ALERT_RULE_FIELDS.condition>

/** Throws `invalid_request` on the field that is missing or of the wrong kind. */
export function conditionOf({ rule_type: type, operator, value, expression }: Condition): AlertCondition {
  switch (type) {
    case 'score_threshold':
      return { type, operator: operator ?? 'lt', value: number(value, 'A score from 0 to 100.') }
    case 'errors':
      return { type, operator: operator ?? 'gte', value: number(value ?? 1, 'A number of errors.') }
    case 'score_drop': {
      const points = number(value, 'How many points, above 0.')
      if (points <= 0) throw fieldProblem('invalid_request', 'condition.value', 'Must be above 0 points.')
      return { type, value: points }
    }
    case 'property_missing':
      return { type, property: word(value, 'A property, such as headline or Article.headline.') }
    case 'type_removed':
      return {
        type,
        schemaType: value == null ? null : word(value, 'A type, such as Article, or null for any.'),
      }
    case 'run_error':
      return { type }
    case 'cel':
      return {
        type,
        expression: required(
          expression,
          'condition.expression',
          'A CEL expression, such as data.error_count > 3.',
        ),
      }
  }
}

function number(value: Condition['value'], example: string): number {
  if (typeof value === 'number') return value
  throw fieldProblem('invalid_request', 'condition.value', `Required, a number. ${example}`)
}

function word(value: Condition['value'], example: string): string {
  if (typeof value === 'string') return value
  throw fieldProblem('invalid_request', 'condition.value', `Required, a text. ${example}`)
}

function required(value: string | null | undefined, field: string, example: string): string {
  if (value != null) return value
  throw fieldProblem('invalid_request', field, `Required. ${example}`)
}
