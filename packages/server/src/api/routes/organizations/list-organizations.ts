import { z } from 'zod'
import { covers } from '../../../identity/scopes.ts'
import type { ApiContext } from '../../context.ts'
import { operation } from '../../operation.ts'
import { organizationSchema, organizationView } from '../../views/organization.ts'

export function listOrganizations({ store }: Pick<ApiContext, 'store'>) {
  return operation({
    id: 'listOrganizations',
    method: 'GET',
    path: '/api/v1/orgs',
    tag: 'organizations',
    summary: 'List organizations',
    description: "The key's own; all of them, in one page, for a key with the scope operator.",
    access: ['read', 'operator'],
    answers: {
      200: z
        .object({ data: z.array(organizationSchema), next_cursor: z.null() })
        .describe('The organizations.'),
    },
    async handle({ caller }) {
      const seesAll = covers(caller.key.scopes, 'operator')
      const rows = seesAll ? await store.organizations.list() : [caller.organization]
      return { status: 200, body: { data: rows.map(organizationView), next_cursor: null } }
    },
  })
}
