import { z } from 'zod'
import { LIMITS } from '../../../core/limits.ts'
import { SECOND_MS } from '../../../core/time.ts'
import { finishRotation, rotate, type Webhook, type WebhookChange } from '../../../core/webhook.ts'
import type { ApiContext } from '../../context.ts'
import { operation } from '../../operation.ts'
import { KEY_PAIR_NAMES } from '../../../sign/schemes.ts'
import { notFound } from '../../problems/error-handler.ts'
import { webhookWithSecretSchema } from '../../views/webhook.ts'
import { idParams } from '../fields.ts'
import { refuseChannel } from './carrier.ts'
import { isSecretOf, makeSigningKey, sealSecret, secretField } from './keys.ts'
import { showWebhook } from './show.ts'

const body = z
  .strictObject({
    secret: secretField,
    overlap_seconds: z
      .int()
      .min(0)
      .max(LIMITS.rotationOverlapMsMax / SECOND_MS)
      .default(LIMITS.rotationOverlapMs / SECOND_MS)
      .describe('How long the old secret signs beside the new one. Default: a day. 0 ends it at once.'),
  })
  .optional()
  .describe('Optional.')

export function rotateSecret({ services, clock }: Pick<ApiContext, 'services' | 'clock'>) {
  return operation({
    id: 'rotateSecret',
    method: 'POST',
    path: '/api/v1/webhooks/:id/rotate-secret',
    tag: 'webhooks',
    summary: 'Replace the signing secret',
    description:
      'Both secrets sign until the overlap ends, or until `/finish-rotation`. `webhook-signature` then has one signature for ' +
      'each secret. The headers that hold only one signature stay with the old secret. ' +
      `A key pair for ${KEY_PAIR_NAMES} is replaced as well. ` +
      'At most two secrets sign: one that an earlier rotation replaced stops signing at once. Send your own `secret` if you ' +
      'want to be able to repeat the request after a lost answer: a secret that signs already is not replaced by itself.',
    access: ['write'],
    feature: 'webhooks',
    params: idParams,
    body,
    answers: { 200: webhookWithSecretSchema },
    problems: ['not_for_channels'],
    async handle({ caller: { organization, key }, params, body: wanted }) {
      const now = clock.now()
      const owner = { organizationId: organization.id, webhookId: params.id }
      const overlapMs = wanted === undefined ? LIMITS.rotationOverlapMs : wanted.overlap_seconds * SECOND_MS
      const sealedSecret = sealSecret(services.secrets, owner, wanted?.secret)
      const change = (current: Webhook): WebhookChange => {
        refuseChannel(current)
        // A repeated request: rotating again would end the secret that receivers still verify with.
        if (wanted?.secret !== undefined && isSecretOf(services.secrets, current, wanted.secret)) {
          return overlapMs === 0 ? finishRotation(current, now) : { webhook: current, waiting: [] }
        }
        const signingKey = current.signingKey && makeSigningKey(services.secrets, owner)
        return rotate(current, { sealedSecret, signingKey }, overlapMs, now)
      }
      const webhook = await services.webhooks.change(organization.id, params.id, change)
      if (webhook === null) throw notFound()
      const secret = services.secrets.open(organization.id, webhook.id, sealedSecret)
      return { status: 200, body: { ...(await showWebhook(services, webhook, key.scopes, now)), secret } }
    },
  })
}
