import { fieldProblem } from '../../core/errors.ts'
import type { Organization } from '../../core/organization.ts'
import type { OrganizationStore } from '../store.ts'
import { createOnce } from './idempotency.ts'
import type { Tables } from './tables.ts'

export function createOrganizationStore(tables: Tables): OrganizationStore {
  let lastId = 0

  function create(fields: Omit<Organization, 'id'>, defaultProjectId: string): Organization {
    if (tables.organizations.where('slug', fields.slug).length > 0) {
      throw fieldProblem('already_exists', 'slug', `an organization "${fields.slug}" exists already`)
    }
    lastId += 1
    const organization = { ...fields, id: lastId }
    tables.organizations.add(organization)
    tables.projects.add({
      id: defaultProjectId,
      organizationId: organization.id,
      name: 'Default',
      isDefault: true,
      createdAt: fields.createdAt,
    })
    return organization
  }

  return {
    create: async (organization, defaultProjectId) =>
      tables.transact(() => create(organization, defaultProjectId)),
    createWithKey: async (fields, defaultProjectId, firstKey, claim) =>
      createOnce(tables, claim, () => {
        const organization = create(fields, defaultProjectId)
        tables.keys.add({ ...firstKey, organizationId: organization.id })
        return { row: organization, resourceId: organization.slug }
      }),
    bySlug: async (slug) => tables.read(() => tables.organizations.where('slug', slug)[0] ?? null),
    byId: async (id) => tables.read(() => tables.organizations.get(id)),
    list: async () => tables.read(() => tables.organizations.all().sort((left, right) => left.id - right.id)),
  }
}
