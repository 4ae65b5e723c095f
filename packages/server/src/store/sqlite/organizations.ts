import { fieldProblem } from '../../core/errors.ts'
import type { Organization } from '../../core/organization.ts'
import type { OrganizationStore } from '../store.ts'
import type { Connection } from './connection.ts'
import type { Idempotency } from './idempotency.ts'
import { createKeyWriter } from './key-rows.ts'
import { createProjectWriter } from './project-rows.ts'

export interface OrganizationRow {
  id: number
  slug: string
  name: string
  tier: string
  created_at: number
}

export function organizationFrom(row: OrganizationRow): Organization {
  return {
    id: row.id,
    slug: row.slug,
    name: row.name,
    tier: row.tier as Organization['tier'],
    createdAt: row.created_at,
  }
}

export function createOrganizationStore(connection: Connection, idempotency: Idempotency): OrganizationStore {
  const insert = connection.prepare(
    'INSERT INTO organizations (slug, name, tier, created_at) VALUES (?, ?, ?, ?)',
  )
  const selectBySlug = connection.prepare<OrganizationRow>('SELECT * FROM organizations WHERE slug = ?')
  const selectById = connection.prepare<OrganizationRow>('SELECT * FROM organizations WHERE id = ?')
  const selectAll = connection.prepare<OrganizationRow>('SELECT * FROM organizations ORDER BY id')
  const insertProject = createProjectWriter(connection)
  const insertKey = createKeyWriter(connection)

  function found(row: OrganizationRow | undefined): Organization | null {
    return row === undefined ? null : organizationFrom(row)
  }

  function create(fields: Omit<Organization, 'id'>, defaultProjectId: string): Organization {
    if (selectBySlug.get(fields.slug) !== undefined) {
      throw fieldProblem('already_exists', 'slug', `an organization "${fields.slug}" exists already`)
    }
    const { lastInsertRowid } = insert.run(fields.slug, fields.name, fields.tier, fields.createdAt)
    const organization = { ...fields, id: Number(lastInsertRowid) }
    insertProject({
      id: defaultProjectId,
      organizationId: organization.id,
      name: 'Default',
      isDefault: true,
      createdAt: fields.createdAt,
    })
    return organization
  }

  return {
    create: async (fields, defaultProjectId) => connection.commit(() => create(fields, defaultProjectId)),
    createWithKey: async (fields, defaultProjectId, firstKey, claim) =>
      idempotency.createOnce(claim, () => {
        const organization = create(fields, defaultProjectId)
        insertKey({ ...firstKey, organizationId: organization.id })
        return { row: organization, resourceId: organization.slug }
      }),
    bySlug: async (slug) => connection.read(() => found(selectBySlug.get(slug))),
    byId: async (id) => connection.read(() => found(selectById.get(id))),
    list: async () => connection.read(() => selectAll.all().map(organizationFrom)),
  }
}
