import { z } from 'zod'
import { TIERS } from '../../../core/organization.ts'
import { issueKey } from '../../../identity/api-key.ts'
import type { ApiContext } from '../../context.ts'
import { claimOf, rowOf } from '../../idempotency.ts'
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
  services,
  clock,
  ids,
  random,
}: Pick<ApiContext, 'store' | 'services' | 'clock' | 'ids' | 'random'>) {
  return operation({
    id: 'createOrganization',
    method: 'POST',
    path: '/api/v1/orgs',
    tag: 'organizations',
    summary: 'Create an organization',
    description:
      'Comes with a default project and an admin key. Only this answer shows the key. A repeat of the request with the same ' +
      '`Idempotency-Key` shows it again.',
    access: ['operator'],
    body,
    answers: { 201: organizationWithKeySchema },
    problems: ['already_exists', 'idempotency_conflict'],
    async handle({ caller, body: { slug, name, tier }, idempotency }) {
      const now = clock.now()
      const asker = caller.organization.id
      const { key, row } = issueKey(
        {
          id: ids.make('key'),
          organizationId: 0, // given by the store, together with the organization
          name: 'first key',
          scopes: ['admin'],
          expiresAt: null,
          now,
        },
        random,
      )
      const claim = claimOf(idempotency(), {
        organizationId: asker,
        operation: 'createOrganization',
        resourceId: slug,
        sealedAnswer: services.secrets.seal(asker, 'createOrganization', key),
        createdAt: now,
      })
      const wanted = { slug, name, tier, createdAt: now }
      const created = await rowOf(
        await store.organizations.createWithKey(wanted, ids.make('proj'), row, claim),
        (known) => store.organizations.bySlug(known),
      )
      const { row: organization, sealedAnswer, headers } = created
      const shown =
        sealedAnswer === null ? key : services.secrets.open(asker, 'createOrganization', sealedAnswer)
      return {
        status: 201,
        body: { ...organizationView(organization), api_key: shown },
        headers: { location: `/api/v1/orgs/${slug}/`, ...headers },
      }
    },
  })
}
