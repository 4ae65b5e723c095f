import { z } from 'zod'
import { TIERS } from '../../../core/organization.ts'
import { issueKey } from '../../../identity/api-key.ts'
import type { ApiContext } from '../../context.ts'
import { operation } from '../../operation.ts'
import { organizationView, organizationWithKeySchema } from '../../views/organization.ts'
import { nameField, slugField } from '../fields.ts'

const body = z
  .strictObject({
    slug: slugField,
    name: nameField,
    tier: z.enum(TIERS).default('enterprise'),
  })
  .meta({ id: 'NewOrganization', examples: [{ slug: 'acme', name: 'Acme' }] })

export function createOrganization({
  store,
  clock,
  ids,
  random,
}: Pick<ApiContext, 'store' | 'clock' | 'ids' | 'random'>) {
  return operation({
    id: 'createOrganization',
    method: 'POST',
    path: '/api/v1/orgs',
    tag: 'organizations',
    summary: 'Create an organization',
    description:
      'Comes with a default project and an admin key, which is in this answer only. Repeating the request is safe ' +
      'without an Idempotency-Key, since a slug is taken once.',
    access: ['operator'],
    body,
    answers: { 201: organizationWithKeySchema },
    problems: ['already_exists'],
    async handle({ body: { slug, name, tier } }) {
      const now = clock.now()
      const organization = await store.organizations.create(
        { slug, name, tier, createdAt: now },
        ids.make('proj'),
      )
      const { key, row } = issueKey(
        {
          id: ids.make('key'),
          organizationId: organization.id,
          name: 'first key',
          scopes: ['admin'],
          expiresAt: null,
          now,
        },
        random,
      )
      await store.keys.create(row)
      return {
        status: 201,
        body: { ...organizationView(organization), api_key: key },
        headers: { location: `/api/v1/orgs/${slug}/` },
      }
    },
  })
}
