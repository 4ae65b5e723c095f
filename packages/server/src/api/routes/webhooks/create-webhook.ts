import { z } from 'zod'
import { webhook as carrier } from '../../../carriers/webhook/carrier.ts'
import {
  DISABLE_AFTER_DEFAULT,
  FRESH_STATE,
  FRESH_TELLING,
  RETRY_SCHEDULE_DEFAULT,
  type SealedKeys,
  type Webhook,
} from '../../../core/webhook.ts'
import { needsKeyPair, SIGNATURES_DEFAULT } from '../../../sign/schemes.ts'
import type { ApiContext } from '../../context.ts'
import { claimOf, rowOf } from '../../idempotency.ts'
import { operation } from '../../operation.ts'
import { scopeSchema, webhookWithSecretSchema } from '../../views/webhook.ts'
import { targetChecks } from '../target-checks.ts'
import { checkedEventTypes } from './event-types.ts'
import { WEBHOOK_FIELDS } from './fields.ts'
import { makeSigningKey, sealSecret, secretField } from './keys.ts'
import { checkScope } from './scope.ts'
import { showWebhook } from './show.ts'

const body = z
  .strictObject({
    url: WEBHOOK_FIELDS.url,
    events: WEBHOOK_FIELDS.events,
    secret: secretField,
    description: WEBHOOK_FIELDS.description.default(''),
    enabled: z
      .boolean()
      .default(true)
      .describe(
        'False creates it without activating it: its status is `disabled`. Matching events are held, and dropped when it is first enabled, unless you ask to send them.',
      ),
    headers: WEBHOOK_FIELDS.headers.default({}),
    retry_schedule: WEBHOOK_FIELDS.retry_schedule.default([...RETRY_SCHEDULE_DEFAULT]),
    disable_after: WEBHOOK_FIELDS.disable_after.default(DISABLE_AFTER_DEFAULT),
    scope: scopeSchema.default({ type: 'organization' }),
    rate_limit: WEBHOOK_FIELDS.rate_limit.default(null),
    ordering: WEBHOOK_FIELDS.ordering.default(null),
    filter: WEBHOOK_FIELDS.filter.default(null),
    signatures: WEBHOOK_FIELDS.signatures.default([...SIGNATURES_DEFAULT]),
  })
  .meta({
    id: 'NewWebhook',
    examples: [
      {
        ...carrier.target.example,
        events: ['validation.failed', 'score.dropped'],
        secret: 'a-secret-of-your-own',
      },
    ],
  })

export function createWebhook({
  store,
  services,
  settings,
  clock,
  ids,
}: Pick<ApiContext, 'store' | 'services' | 'settings' | 'clock' | 'ids'>) {
  return operation({
    id: 'createWebhook',
    method: 'POST',
    path: '/api/v1/webhooks',
    tag: 'webhooks',
    summary: 'Create a webhook',
    description: 'The answer has the signing secret. Later, only `GET …/secret` shows it.',
    access: ['write'],
    feature: 'webhooks',
    body,
    answers: { 201: webhookWithSecretSchema },
    problems: ['url_not_allowed', 'unknown_event_type', 'filter_not_usable', 'idempotency_conflict'],
    async handle({ caller: { organization, key }, body: wanted, idempotency }) {
      const events = await checkedEventTypes(store, organization.id, wanted.events)
      carrier.target.validate(wanted, targetChecks({ services, settings }))
      await checkScope(store, organization.id, wanted.scope)
      if (wanted.filter !== null) await services.webhooks.checkFilter(organization.id, wanted.filter, events)

      const owner = { organizationId: organization.id, webhookId: ids.make('webhook') }
      const webhook: Webhook = {
        ...newWebhook(owner.webhookId, organization.id, { ...wanted, events }, clock.now()),
        sealedSecret: sealSecret(services.secrets, owner, wanted.secret),
        signingKey: needsKeyPair(wanted.signatures) ? makeSigningKey(services.secrets, owner) : null,
      }
      const claim = claimOf(idempotency(), {
        organizationId: organization.id,
        operation: 'createWebhook',
        resourceId: webhook.id,
        createdAt: webhook.createdAt,
      })
      const created = await store.webhooks.create(webhook, claim)
      const { row, headers } = await rowOf(created, (id) => store.webhooks.get(organization.id, id))
      // Also in a replay: whoever repeats the request did not get the first answer.
      return {
        status: 201,
        body: {
          ...(await showWebhook(services, row, key.scopes, clock.now())),
          secret: services.secrets.open(organization.id, row.id, row.sealedSecret),
        },
        headers,
      }
    },
  })
}

function newWebhook(
  id: string,
  organizationId: number,
  wanted: z.output<typeof body>,
  now: number,
): Omit<Webhook, keyof SealedKeys> {
  return {
    id,
    organizationId,
    carrier: carrier.name,
    url: carrier.target.urlOf(wanted),
    description: wanted.description,
    events: wanted.events,
    scope: wanted.scope,
    signatures: [...new Set(wanted.signatures)],
    retired: null,
    headers: wanted.headers,
    retrySchedule: wanted.retry_schedule,
    disableAfter: wanted.disable_after,
    rateLimit: wanted.rate_limit,
    ordering: wanted.ordering,
    filter: wanted.filter,
    revision: 1,
    createdAt: now,
    updatedAt: now,
    deletedAt: null,
    activatedAt: wanted.enabled ? now : null,
    ...FRESH_STATE,
    telling: FRESH_TELLING,
    status: wanted.enabled ? 'active' : 'disabled',
  }
}
