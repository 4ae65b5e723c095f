import { z } from 'zod'
import { CARRIER_NAMES } from '../../carriers/index.ts'
import {
  ALERT_OPERATORS,
  ALERT_RULE_TYPES,
  ALERT_SEVERITIES,
  type Alert,
  type AlertCondition,
  type AlertRule,
  type AlertScope,
} from '../../core/alert.ts'
import { validationIdOf } from '../../core/ids.ts'
import { isoTime, isoTimeOrNull } from '../../core/time.ts'
import { warningsField } from './webhook.ts'

const RULE_EXAMPLE = {
  id: 'rule_0198c1a29f4e7c3b8d5e6f7081920a1b',
  name: 'Score below 75',
  enabled: true,
  scope: { applies_to: 'url_pattern', project_id: null, url_pattern: 'https://example.com/blog/*' },
  condition: { rule_type: 'score_threshold', operator: 'lt', value: 75, expression: null },
  actions: {
    notify_via: CARRIER_NAMES.slice(0, 2),
    recipients: ['webhook_0198c1a29f4e7c3b8d5e6f7081920a1b'],
    severity: 'critical',
  },
  cooldown_seconds: 3600,
  warnings: [],
  created_at: '2025-03-22T14:30:00.000Z',
  updated_at: '2025-03-22T14:30:00.000Z',
}

const ALERT_EXAMPLE = {
  id: 'alert_0198c1a29f4e7c3b8d5e6f7081920a1b',
  alert_rule: { id: RULE_EXAMPLE.id, name: RULE_EXAMPLE.name, rule_type: 'score_threshold' },
  severity: 'critical',
  message: 'The score is 72, below 75; it was 88.',
  before: '88',
  after: '72',
  subject: 'https://example.com/blog/spring',
  run_id: '0198c1a2-9f4e-7c3b-8d5e-6f7081920a1b',
  validation_id: 'val_0198c1a29f4e7c3b8d5e6f7081920a1b',
  created_at: '2025-03-22T14:31:00.000Z',
  acknowledged_at: null,
  acknowledged_by: null,
}

const ruleScopeSchema = z.object({
  applies_to: z.enum(['all', 'project', 'url_pattern']),
  project_id: z.string().nullable(),
  url_pattern: z.string().nullable().describe('`*` stands for any characters.'),
})

const conditionSchema = z.object({
  rule_type: z.enum(ALERT_RULE_TYPES),
  operator: z.enum(ALERT_OPERATORS).nullable(),
  value: z.union([z.number(), z.string()]).nullable(),
  expression: z.string().nullable(),
})

export const alertRuleSchema = z
  .object({
    id: z.string().describe('`rule_…`'),
    name: z.string(),
    enabled: z.boolean(),
    scope: ruleScopeSchema,
    condition: conditionSchema,
    actions: z.object({
      notify_via: z.array(z.string()).describe('Names of carriers.'),
      recipients: z.array(z.string()).describe('Ids of channels.'),
      severity: z.enum(ALERT_SEVERITIES),
    }),
    cooldown_seconds: z.int(),
    warnings: warningsField,
    created_at: z.string(),
    updated_at: z.string(),
  })
  .meta({ id: 'AlertRule', examples: [RULE_EXAMPLE] })

export type AlertRuleView = z.output<typeof alertRuleSchema>

export function alertRuleView(rule: AlertRule, warnings: AlertRuleView['warnings']): AlertRuleView {
  return {
    id: rule.id,
    name: rule.name,
    enabled: rule.enabled,
    scope: scopeView(rule.scope),
    condition: conditionView(rule.condition),
    actions: { notify_via: rule.notifyVia, recipients: rule.recipients, severity: rule.severity },
    cooldown_seconds: rule.cooldownSeconds,
    warnings,
    created_at: isoTime(rule.createdAt),
    updated_at: isoTime(rule.updatedAt),
  }
}

function scopeView(scope: AlertScope): AlertRuleView['scope'] {
  return {
    applies_to: scope.type,
    project_id: scope.type === 'project' ? scope.projectId : null,
    url_pattern: scope.type === 'url_pattern' ? scope.urlPattern : null,
  }
}

function conditionView(condition: AlertCondition): AlertRuleView['condition'] {
  const empty = { rule_type: condition.type, operator: null, value: null, expression: null }
  switch (condition.type) {
    case 'score_threshold':
    case 'errors':
      return { ...empty, operator: condition.operator, value: condition.value }
    case 'score_drop':
      return { ...empty, value: condition.value }
    case 'property_missing':
      return { ...empty, value: condition.property }
    case 'type_removed':
      return { ...empty, value: condition.schemaType }
    case 'run_error':
      return empty
    case 'cel':
      return { ...empty, expression: condition.expression }
  }
}

export const alertSchema = z
  .object({
    id: z.string().describe('`alert_…`'),
    alert_rule: z.object({ id: z.string(), name: z.string(), rule_type: z.enum(ALERT_RULE_TYPES) }),
    severity: z.enum(ALERT_SEVERITIES),
    message: z.string(),
    before: z.string().nullable().describe('The value in the previous run. Null when nothing is compared.'),
    after: z.string().nullable(),
    subject: z.string().nullable().describe('What was judged.'),
    run_id: z.string(),
    validation_id: z.string(),
    created_at: z.string(),
    acknowledged_at: z.string().nullable(),
    acknowledged_by: z.string().nullable().describe('Name of the API key that acknowledged it.'),
  })
  .meta({ id: 'Alert', examples: [ALERT_EXAMPLE] })

export function alertView(alert: Alert): z.output<typeof alertSchema> {
  return {
    id: alert.id,
    alert_rule: { id: alert.ruleId, name: alert.ruleName, rule_type: alert.ruleType },
    severity: alert.severity,
    message: alert.message,
    before: alert.before,
    after: alert.after,
    subject: alert.subject,
    run_id: alert.runId,
    validation_id: validationIdOf(alert.runId),
    created_at: isoTime(alert.createdAt),
    acknowledged_at: isoTimeOrNull(alert.acknowledgedAt),
    acknowledged_by: alert.acknowledgedBy,
  }
}
