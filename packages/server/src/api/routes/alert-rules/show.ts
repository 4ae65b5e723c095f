import type { AlertRule } from '../../../core/alert.ts'
import type { ApiContext } from '../../context.ts'
import { alertRuleView, type AlertRuleView } from '../../views/alert.ts'
import { CEL_RULE_TYPES, EXPRESSION_FIELD } from './checks.ts'

/** A rule with what is to be said of its expression. */
export async function showRule(
  { services }: Pick<ApiContext, 'services'>,
  rule: AlertRule,
): Promise<AlertRuleView> {
  const { condition, organizationId } = rule
  if (condition.type !== 'cel') return alertRuleView(rule, [])
  const { expression } = condition
  return alertRuleView(
    rule,
    await services.webhooks.filterWarnings(organizationId, expression, CEL_RULE_TYPES, EXPRESSION_FIELD),
  )
}
