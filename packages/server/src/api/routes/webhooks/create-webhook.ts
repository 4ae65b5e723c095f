import { generateSecret } from '@sealpost/receiver'
import { z } from 'zod'
import { LIMITS } from '../../../core/limits.ts'
import { DISABLE_AFTER_DEFAULT, RETRY_SCHEDULE_DEFAULT, type Webhook } from '../../../core/webhook.ts'
import type { ApiContext } from '../../context.ts'
import { claimOf, rowOf } from '../../idempotency.ts'
import { operation } from '../../operation.ts'
import { scopeSchema, webhookView, webhookWithSecretSchema } from '../../views/webhook.ts'
import { checkedEventTypes } from './event-types.ts'
import { WEBHOOK_FIELDS } from './fields.ts'
import { checkScope } from './scope.ts'

const body = z
  .strictObject({
    url: WEBHOOK_FIELDS.url,
    events: WEBHOOK_FIELDS.events,
    secret: z
      .string()
      .min(LIMITS.secretCharactersMin)
      .max(LIMITS.secretCharactersMax)
      .refine((secret) => secret.trim() !== '', 'Must not be blank.')
      .refine((secret) => !secret.includes('\0'), 'Must have no NUL character.')
      .optional()
      .describe('Your own signing secret; one is made when you leave it out.'),
    description: WEBHOOK_FIELDS.description.default(''),
    enabled: z.boolean().default(true).describe('False makes it without activating it.'),
    headers: WEBHOOK_FIELDS.headers.default({}),
    retry_schedule: WEBHOOK_FIELDS.retry_schedule.default([...RETRY_SCHEDULE_DEFAULT]),
    disable_after: WEBHOOK_FIELDS.disable_after.default(DISABLE_AFTER_DEFAULT),
    scope: scopeSchema.default({ type: 'organization' }),
  })
  .meta({
    id: 'NewWebhook',
    examples: [
      {
        url: 'https://myapp.example.com/webhooks/validgraph',
        events: ['validation.failed', 'score.dropped'],
        secret: 'a-secret-of-your-own',
      },
    ],
  })

export function createWebhook({
  store,
  services,
  clock,
  ids,
}: Pick<ApiContext, 'store' | 'services' | 'clock' | 'ids'>) {
  return operation({
    id: 'createWebhook',
    method: 'POST',
    path: '/api/v1/webhooks',
    tag: 'webhooks',
    summary: 'Create a webhook',
    description: 'The signing secret is in this answer and in no later one.',
    access: ['write'],
    feature: 'webhooks',
    body,
    answers: { 201: webhookWithSecretSchema },
    problems: ['url_not_allowed', 'unknown_event_type', 'idempotency_conflict'],
    async handle({ caller: { organization, key }, body: wanted, idempotency }) {
      const events = checkedEventTypes(wanted.events)
      services.webhooks.checkUrl(wanted.url)
      await checkScope(store, organization.id, wanted.scope)

      const webhook = newWebhook(ids.make('webhook'), organization.id, { ...wanted, events }, clock.now())
      const secret = wanted.secret ?? generateSecret()
      webhook.sealedSecret = services.secrets.seal(organization.id, webhook.id, secret)
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
          ...webhookView(row, key.scopes),
          secret: services.secrets.open(organization.id, row.id, row.sealedSecret),
        },
        headers,
      }
    },
  })
}

function newWebhook(id: string, organizationId: number, wanted: z.output<typeof body>, now: number): Webhook {
  return {
    id,
    organizationId,
    url: wanted.url,
    description: wanted.description,
    events: wanted.events,
    scope: wanted.scope,
    sealedSecret: '',
    headers: wanted.headers,
    retrySchedule: wanted.retry_schedule,
    disableAfter: wanted.disable_after,
    createdAt: now,
    updatedAt: now,
    deletedAt: null,
    status: wanted.enabled ? 'active' : 'disabled',
    health: 'healthy',
    failureCount: 0,
    exhaustedInStreak: false,
    lastError: null,
    lastTriggeredAt: null,
  }
}
