import type { AlertCondition, AlertScope } from '../../../core/alert.ts'
import { fieldProblem } from '../../../core/errors.ts'
import { isChannel, WEBHOOK_CARRIER } from '../../../core/webhook.ts'
import type { ApiContext } from '../../context.ts'

/** What a request says of a rule; what a change leaves out was checked before. */
export interface WantedRule {
  scope?: AlertScope | undefined
  condition?: AlertCondition | undefined
  told?: { notifyVia: string[]; recipients: string[] } | undefined
}

/** Of the event whose body a `cel` rule looks at. */
export const CEL_RULE_TYPES = ['validation.completed']
export const EXPRESSION_FIELD = 'condition.expression'

/**
 * What only the store and the judge of expressions can say. Throws `invalid_request` naming the field, or
 * `filter_not_usable` on `condition.expression`.
 */
export async function checkRule(
  { store, services }: Pick<ApiContext, 'store' | 'services'>,
  organizationId: number,
  { scope, condition, told }: WantedRule,
): Promise<void> {
  if (scope?.type === 'project' && (await store.projects.get(organizationId, scope.projectId)) === null) {
    throw fieldProblem('invalid_request', 'scope.project_id', 'There is no project with this id.')
  }
  if (condition?.type === 'cel') {
    const { expression } = condition
    await services.webhooks.checkFilter(organizationId, expression, CEL_RULE_TYPES, EXPRESSION_FIELD)
  }
  if (told !== undefined) await checkTold(store, organizationId, told)
}

async function checkTold(
  store: Pick<ApiContext['store'], 'webhooks'>,
  organizationId: number,
  { notifyVia, recipients }: NonNullable<WantedRule['told']>,
): Promise<void> {
  const reached = new Set<string>()
  for (const [index, id] of recipients.entries()) {
    reached.add(await carrierOf(store, organizationId, id, notifyVia, `actions.recipients[${index}]`))
  }
  for (const carrier of notifyVia) {
    if (carrier === WEBHOOK_CARRIER || reached.has(carrier)) continue
    throw fieldProblem(
      'invalid_request',
      'actions.recipients',
      `Name at least one channel whose carrier is ${carrier}. POST /api/v1/channels makes one.`,
    )
  }
}

async function carrierOf(
  store: Pick<ApiContext['store'], 'webhooks'>,
  organizationId: number,
  id: string,
  notifyVia: readonly string[],
  field: string,
): Promise<string> {
  const channel = await store.webhooks.get(organizationId, id)
  if (channel === null || !isChannel(channel)) {
    throw fieldProblem(
      'invalid_request',
      field,
      'There is no channel with this id. A webhook receives alerts by subscribing to alert.triggered.',
    )
  }
  if (!notifyVia.includes(channel.carrier)) {
    throw fieldProblem(
      'invalid_request',
      field,
      `The carrier of this channel is ${channel.carrier}; add ${channel.carrier} to \`notify_via\`.`,
    )
  }
  return channel.carrier
}
