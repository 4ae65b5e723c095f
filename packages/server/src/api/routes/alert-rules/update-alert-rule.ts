import { z } from 'zod'
import type { ApiContext } from '../../context.ts'
import { operation } from '../../operation.ts'
import { notFound } from '../../problems/error-handler.ts'
import { alertRuleSchema } from '../../views/alert.ts'
import { checkRule } from './checks.ts'
import { ALERT_RULE_FIELDS, alertRuleParams, conditionOf, scopeOf } from './fields.ts'
import { showRule } from './show.ts'

const body = z
  .strictObject(ALERT_RULE_FIELDS)
  .partial()
  .meta({ id: 'AlertRuleChanges', examples: [{ enabled: false }] })

export function updateAlertRule(context: Pick<ApiContext, 'store' | 'services' | 'clock'>) {
  const { store, clock } = context
  return operation({
    id: 'updateAlertRule',
    method: 'PATCH',
    path: '/api/v1/alert-rules/:id',
    tag: 'alerts',
    summary: 'Change an alert rule',
    description:
      'Fields that you leave out stay as they are. A field that you send replaces the old value completely.',
    access: ['write'],
    feature: 'alert_rules',
    params: alertRuleParams,
    body,
    answers: { 200: alertRuleSchema },
    problems: ['filter_not_usable'],
    async handle({ caller: { organization }, params, body: changes }) {
      const { name, enabled, actions, cooldown_seconds: cooldownSeconds } = changes
      const told = actions && { notifyVia: actions.notify_via, recipients: actions.recipients }
      const scope = changes.scope && scopeOf(changes.scope)
      const condition = changes.condition && conditionOf(changes.condition)
      if ((await store.alertRules.get(organization.id, params.id)) === null) throw notFound()
      await checkRule(context, organization.id, { scope, condition, told })
      const updated = await store.alertRules.change(organization.id, params.id, (current) => ({
        ...current,
        ...(name !== undefined && { name }),
        ...(enabled !== undefined && { enabled }),
        ...(scope && { scope }),
        ...(condition && { condition }),
        ...told,
        ...(actions && { severity: actions.severity }),
        ...(cooldownSeconds !== undefined && { cooldownSeconds }),
        updatedAt: clock.now(),
      }))
      if (updated === null) throw notFound()
      return { status: 200, body: await showRule(context, updated) }
    },
  })
}
