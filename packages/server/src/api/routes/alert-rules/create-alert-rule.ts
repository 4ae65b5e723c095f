import { z } from 'zod'
import { ALERT_COOLDOWN_SECONDS_DEFAULT } from '../../../core/alert.ts'
import { fieldProblem } from '../../../core/errors.ts'
import { LIMITS } from '../../../core/limits.ts'
import type { ApiContext } from '../../context.ts'
import { claimOf, rowOf } from '../../idempotency.ts'
import { operation } from '../../operation.ts'
import { alertRuleSchema } from '../../views/alert.ts'
import { checkRule } from './checks.ts'
import { ALERT_RULE_FIELDS, conditionOf, scopeOf } from './fields.ts'
import { showRule } from './show.ts'

const body = z
  .strictObject({
    name: ALERT_RULE_FIELDS.name,
    enabled: ALERT_RULE_FIELDS.enabled.default(true),
    scope: ALERT_RULE_FIELDS.scope.default({ applies_to: 'all' }),
    condition: ALERT_RULE_FIELDS.condition,
    actions: ALERT_RULE_FIELDS.actions.default({
      notify_via: ['webhook'],
      recipients: [],
      severity: 'warning',
    }),
    cooldown_seconds: ALERT_RULE_FIELDS.cooldown_seconds.default(ALERT_COOLDOWN_SECONDS_DEFAULT),
  })
  .meta({
    id: 'NewAlertRule',
    examples: [
      {
        name: 'Score below 75',
        scope: { applies_to: 'url_pattern', url_pattern: 'https://example.com/blog/*' },
        condition: { rule_type: 'score_threshold', operator: 'lt', value: 75 },
        actions: { notify_via: ['webhook'], severity: 'critical' },
      },
    ],
  })

export function createAlertRule(context: Pick<ApiContext, 'store' | 'services' | 'clock' | 'ids'>) {
  const { store, clock, ids } = context
  return operation({
    id: 'createAlertRule',
    method: 'POST',
    path: '/api/v1/alert-rules',
    tag: 'alerts',
    summary: 'Create an alert rule',
    description:
      'The rule is checked after each run that reached a verdict about the data. `run_error` is checked after the other runs, ' +
      'and `cel` after both. A match makes an `alert.triggered` event.',
    access: ['write'],
    feature: 'alert_rules',
    body,
    answers: { 201: alertRuleSchema },
    problems: ['filter_not_usable', 'idempotency_conflict'],
    async handle({ caller: { organization }, body: wanted, idempotency }) {
      const { notify_via: notifyVia, recipients, severity } = wanted.actions
      const told = { notifyVia, recipients }
      const parts = { scope: scopeOf(wanted.scope), condition: conditionOf(wanted.condition) }
      await checkRule(context, organization.id, { ...parts, told })
      const now = clock.now()
      const rule = {
        id: ids.make('rule'),
        organizationId: organization.id,
        name: wanted.name,
        enabled: wanted.enabled,
        ...parts,
        ...told,
        severity,
        cooldownSeconds: wanted.cooldown_seconds,
        createdAt: now,
        updatedAt: now,
      }
      const claim = claimOf(idempotency(), {
        organizationId: organization.id,
        operation: 'createAlertRule',
        resourceId: rule.id,
        createdAt: now,
      })
      const created = await store.alertRules.create(rule, assertRoom, claim)
      const { row, headers } = await rowOf(created, (id) => store.alertRules.get(organization.id, id))
      return { status: 201, body: await showRule(context, row), headers }
    },
  })
}

function assertRoom(count: number): void {
  if (count < LIMITS.alertRulesMax) return
  throw fieldProblem(
    'invalid_request',
    'name',
    `An organization can have ${LIMITS.alertRulesMax} alert rules. Delete one that is not used.`,
  )
}
