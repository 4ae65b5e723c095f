import { z } from 'zod'
import { isoTime } from '../../../core/time.ts'
import { retiredAt } from '../../../core/webhook.ts'
import type { ApiContext } from '../../context.ts'
import { operation } from '../../operation.ts'
import { KEY_PAIR_NAMES } from '../../../sign/schemes.ts'
import { notFound } from '../../problems/error-handler.ts'
import { idParams } from '../fields.ts'
import { refuseChannel } from './carrier.ts'

const revealedSchema = z
  .object({
    secret: z.string(),
    public_key: z
      .string()
      .nullable()
      .describe(`\`whpk_…\`, which verifies ${KEY_PAIR_NAMES}. Null when the webhook never signed with it.`),
    previous: z
      .object({ secret: z.string(), public_key: z.string().nullable(), expires_at: z.string() })
      .nullable()
      .describe('The secret that a rotation replaced and that still signs.'),
  })
  .describe('The secret and key that sign the requests.')
  .meta({ id: 'RevealedSecret' })

export function revealSecret({ store, services, clock }: Pick<ApiContext, 'store' | 'services' | 'clock'>) {
  return operation({
    id: 'revealSecret',
    method: 'GET',
    path: '/api/v1/webhooks/:id/secret',
    tag: 'webhooks',
    summary: 'Show the signing secret',
    access: ['write'],
    feature: 'webhooks',
    params: idParams,
    answers: { 200: revealedSchema },
    problems: ['not_for_channels'],
    async handle({ caller: { organization }, params }) {
      const webhook = await store.webhooks.get(organization.id, params.id)
      if (webhook === null) throw notFound()
      refuseChannel(webhook)
      const open = (sealed: string) => services.secrets.open(organization.id, webhook.id, sealed)
      const retired = retiredAt(webhook, clock.now())
      return {
        status: 200,
        body: {
          secret: open(webhook.sealedSecret),
          public_key: webhook.signingKey?.publicKey ?? null,
          previous: retired && {
            secret: open(retired.sealedSecret),
            public_key: retired.signingKey?.publicKey ?? null,
            expires_at: isoTime(retired.until),
          },
        },
      }
    },
  })
}
