import { z } from 'zod'
import { covers } from '../../../identity/scopes.ts'
import type { ApiContext } from '../../context.ts'
import { operation } from '../../operation.ts'
import { notFound } from '../../problems/error-handler.ts'
import { organizationSchema, organizationView } from '../../views/organization.ts'

export function getOrganization({ store }: Pick<ApiContext, 'store'>) {
  return operation({
    id: 'getOrganization',
    method: 'GET',
    path: '/api/v1/orgs/:org',
    tag: 'organizations',
    summary: 'Read an organization',
    access: ['read', 'operator'],
    params: z.strictObject({ org: z.string() }),
    answers: { 200: organizationSchema },
    async handle({ caller, params }) {
      const isOwn = params.org === caller.organization.slug
      const mayLook = isOwn || covers(caller.key.scopes, 'operator')
      const organization = mayLook ? await store.organizations.bySlug(params.org) : null
      if (organization === null) throw notFound()
      return { status: 200, body: organizationView(organization) }
    },
  })
}
