import { defaultProjectInUse, projectInUse, USERS_READ_MAX } from '../rules/in-use.ts'
import { cutPage } from '../rules/pages.ts'
import type { ProjectStore } from '../store.ts'
import type { Connection } from './connection.ts'
import { findableId, idBytes } from './ids.ts'
import type { Idempotency } from './idempotency.ts'
import { pageStart } from './pages.ts'
import { createFindProject, createProjectWriter, projectFrom } from './project-rows.ts'
import type { ProjectRow } from './project-rows.ts'

export function createProjectStore(connection: Connection, idempotency: Idempotency): ProjectStore {
  const find = createFindProject(connection)
  const insert = createProjectWriter(connection)
  const selectDefault = connection.prepare<ProjectRow>(
    'SELECT * FROM projects WHERE organization_id = ? AND is_default = 1',
  )
  const selectPage = connection.prepare<ProjectRow>(`
    SELECT * FROM projects WHERE organization_id = ? AND removed = 0 AND id < ? ORDER BY id DESC LIMIT ?`)
  const rename = connection.prepare('UPDATE projects SET name = ? WHERE organization_id = ? AND id = ?')
  const selectWorkflows = connection.prepare<{ slug: string }>(`
    SELECT slug FROM workflows WHERE organization_id = ? AND project_id = ? AND deleted_at IS NULL LIMIT ${USERS_READ_MAX}`)
  const remove = connection.prepare('UPDATE projects SET removed = 1 WHERE organization_id = ? AND id = ?')

  return {
    create: async (project, claim) =>
      idempotency.createOnce(claim, () => {
        insert(project)
        return { row: project, resourceId: project.id }
      }),
    get: async (organizationId, id) => connection.read(() => find(organizationId, id)),
    default: async (organizationId) =>
      connection.read(() => {
        const row = selectDefault.get(organizationId)
        if (row === undefined) throw new Error(`organization ${organizationId} has no default project`)
        return projectFrom(row)
      }),
    list: async (organizationId, { before, limit }) =>
      connection.read(() => {
        const start = pageStart(before, (id) => findableId('proj', id))
        const rows = start === null ? [] : selectPage.all(organizationId, start, limit + 1)
        return cutPage(rows.map(projectFrom), limit, (project) => project.id)
      }),
    rename: async (organizationId, id, name) =>
      connection.commit(() => {
        const project = find(organizationId, id)
        if (project === null) return null
        rename.run(name, organizationId, idBytes('proj', id))
        return { ...project, name }
      }),
    remove: async (organizationId, id) =>
      connection.commit(() => {
        const project = find(organizationId, id)
        if (project === null) return false
        if (project.isDefault) throw defaultProjectInUse()
        const workflows = selectWorkflows.all(organizationId, idBytes('proj', id))
        if (workflows.length > 0) throw projectInUse(workflows.map(({ slug }) => slug))
        remove.run(organizationId, idBytes('proj', id))
        return true
      }),
  }
}
