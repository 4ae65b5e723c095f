import { z } from 'zod'
import { covers } from '../../../identity/scopes.ts'
import type { ApiContext } from '../../context.ts'
import { operation } from '../../operation.ts'
import { listBody, listSchema, PAGE_QUERY, pageOf, pageRequest } from '../../pagination.ts'
import { organizationSchema, organizationView } from '../../views/organization.ts'

export function listOrganizations({ store }: Pick<ApiContext, 'store'>) {
  return operation({
    id: 'listOrganizations',
    method: 'GET',
    path: '/api/v1/orgs',
    tag: 'organizations',
    summary: 'List organizations',
    description: "The key's own organization. A key with the scope `operator` gets all organizations.",
    access: ['read', 'operator'],
    query: z.strictObject(PAGE_QUERY),
    answers: { 200: listSchema(organizationSchema, 'Oldest first.') },
    async handle({ caller, query }) {
      const seesAll = covers(caller.key.scopes, 'operator')
      const rows = seesAll ? await store.organizations.list() : [caller.organization]
      const page = pageOf(rows, ({ slug }) => slug, pageRequest('organizations', query))
      return { status: 200, body: listBody('organizations', page, organizationView) }
    },
  })
}
