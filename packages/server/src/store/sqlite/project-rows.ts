import type { Project } from '../../core/organization.ts'
import type { Connection } from './connection.ts'
import { findableId, idBytes, idText } from './ids.ts'

export interface ProjectRow {
  id: Uint8Array
  organization_id: number
  name: string
  is_default: number
  created_at: number
}

export function projectFrom(row: ProjectRow): Project {
  return {
    id: idText('proj', row.id),
    organizationId: row.organization_id,
    name: row.name,
    isDefault: row.is_default === 1,
    createdAt: row.created_at,
  }
}

export function createProjectWriter(connection: Connection): (project: Project) => void {
  const insert = connection.prepare(
    'INSERT INTO projects (id, organization_id, name, is_default, created_at) VALUES (?, ?, ?, ?, ?)',
  )
  return (project) => {
    const { id, organizationId, name, isDefault, createdAt } = project
    insert.run(idBytes('proj', id), organizationId, name, isDefault ? 1 : 0, createdAt)
  }
}

/** Finds a project that has not been removed. */
export function createFindProject(
  connection: Connection,
): (organizationId: number, id: string) => Project | null {
  const select = connection.prepare<ProjectRow>(
    'SELECT * FROM projects WHERE organization_id = ? AND id = ? AND removed = 0',
  )
  return (organizationId, id) => {
    const bytes = findableId('proj', id)
    const row = bytes === null ? undefined : select.get(organizationId, bytes)
    return row === undefined ? null : projectFrom(row)
  }
}
