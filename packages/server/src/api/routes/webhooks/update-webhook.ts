import { z } from 'zod'
import { webhook as carrier } from '../../../carriers/webhook/carrier.ts'
import { disable, enable, unpaused, type Webhook, type WebhookChange } from '../../../core/webhook.ts'
import { needsKeyPair } from '../../../sign/schemes.ts'
import type { ApiContext } from '../../context.ts'
import { operation } from '../../operation.ts'
import { notFound } from '../../problems/error-handler.ts'
import { scopeSchema, webhookSchema } from '../../views/webhook.ts'
import { idParams } from '../fields.ts'
import { refuseChannel } from './carrier.ts'
import { targetChecks } from '../target-checks.ts'
import { checkedEventTypes } from './event-types.ts'
import { unpauseField, WEBHOOK_FIELDS } from './fields.ts'
import { makeSigningKey } from './keys.ts'
import { checkScope } from './scope.ts'
import { showWebhook } from './show.ts'

const body = z
  .strictObject({
    url: WEBHOOK_FIELDS.url,
    events: WEBHOOK_FIELDS.events,
    description: WEBHOOK_FIELDS.description,
    enabled: z
      .boolean()
      .describe(
        'True enables the webhook and sends what was held, or drops it if the webhook was never active. False disables it. Use `/enable` to choose.',
      ),
    headers: WEBHOOK_FIELDS.headers,
    retry_schedule: WEBHOOK_FIELDS.retry_schedule,
    disable_after: WEBHOOK_FIELDS.disable_after,
    scope: scopeSchema,
    rate_limit: WEBHOOK_FIELDS.rate_limit,
    ordering: WEBHOOK_FIELDS.ordering,
    filter: WEBHOOK_FIELDS.filter,
    signatures: WEBHOOK_FIELDS.signatures,
    paused_until: unpauseField,
  })
  .partial()
  .meta({ id: 'WebhookChanges', examples: [{ events: ['run.failed'], retry_schedule: [10, 60] }] })

type Changes = z.output<typeof body>

export function updateWebhook({
  store,
  services,
  settings,
  clock,
}: Pick<ApiContext, 'store' | 'services' | 'settings' | 'clock'>) {
  return operation({
    id: 'updateWebhook',
    method: 'PATCH',
    path: '/api/v1/webhooks/:id',
    tag: 'webhooks',
    summary: 'Change a webhook',
    description: 'Fields that you leave out stay as they are. `headers` replaces all headers.',
    access: ['write'],
    feature: 'webhooks',
    params: idParams,
    body,
    answers: { 200: webhookSchema },
    problems: ['url_not_allowed', 'unknown_event_type', 'filter_not_usable', 'not_for_channels'],
    async handle({ caller: { organization, key }, params, body: changes }) {
      // First of all, so that what a foreign id answers does not depend on the body.
      const known = await store.webhooks.get(organization.id, params.id)
      if (known === null) throw notFound()
      refuseChannel(known)
      if (changes.events) changes.events = await checkedEventTypes(store, organization.id, changes.events)
      const { url } = changes
      if (url !== undefined) carrier.target.validate({ url }, targetChecks({ services, settings }))
      if (changes.scope) await checkScope(store, organization.id, changes.scope)
      await checkFilter(services, known, changes)

      const now = clock.now()
      const owner = { organizationId: organization.id, webhookId: params.id }
      const makeKey = () => makeSigningKey(services.secrets, owner)
      const webhook = await services.webhooks.change(organization.id, params.id, (current) =>
        applyChanges(current, changes, makeKey, now),
      )
      if (webhook === null) throw notFound()
      return { status: 200, body: await showWebhook(services, webhook, key.scopes, now) }
    },
  })
}

/** A filter is good for the types it was made for: with other types it is judged again. */
async function checkFilter(
  { webhooks }: Pick<ApiContext['services'], 'webhooks'>,
  known: Webhook,
  changes: Changes,
): Promise<void> {
  const { filter = known.filter, events = known.events } = changes
  const isNew = changes.filter !== undefined
  if (filter === null || (!isNew && changes.events === undefined)) return
  await webhooks.checkFilter(known.organizationId, filter, events, isNew ? 'filter' : 'events')
}

function applyChanges(
  current: Webhook,
  changes: Changes,
  makeSigningKey: () => Webhook['signingKey'],
  now: number,
): WebhookChange {
  const { signatures = current.signatures, ordering = current.ordering } = changes
  const { url = current.url } = changes
  const isFree = url !== current.url || changes.paused_until === null
  const webhook: Webhook = {
    ...(isFree ? unpaused(current, now) : current),
    url,
    events: changes.events ?? current.events,
    description: changes.description ?? current.description,
    headers: changes.headers ?? current.headers,
    retrySchedule: changes.retry_schedule ?? current.retrySchedule,
    disableAfter: changes.disable_after ?? current.disableAfter,
    scope: changes.scope ?? current.scope,
    rateLimit: changes.rate_limit === undefined ? current.rateLimit : changes.rate_limit,
    filter: changes.filter === undefined ? current.filter : changes.filter,
    ordering,
    signatures: [...new Set(signatures)],
    signingKey: current.signingKey ?? (needsKeyPair(signatures) ? makeSigningKey() : null),
    updatedAt: now,
  }
  // What waits stands in a line that is no longer kept.
  const reordered = ordering === current.ordering ? [] : (['unorder'] as const)
  const change = enabledChange(webhook, changes.enabled, now)
  return { ...change, waiting: [...reordered, ...change.waiting] }
}

function enabledChange(webhook: Webhook, enabled: boolean | undefined, now: number): WebhookChange {
  if (enabled === undefined) return { webhook, waiting: [] }
  return enabled ? enable(webhook, null, now) : disable(webhook, now)
}
