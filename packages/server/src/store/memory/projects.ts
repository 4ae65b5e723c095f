import type { Project } from '../../core/organization.ts'
import { defaultProjectInUse, projectInUse } from '../rules/in-use.ts'
import type { ProjectStore } from '../store.ts'
import { createOnce } from './idempotency.ts'
import { newestFirst } from './pages.ts'
import type { Tables } from './tables.ts'

export function createProjectStore(tables: Tables): ProjectStore {
  return {
    create: async (project, claim) =>
      createOnce(tables, claim, () => {
        tables.projects.add(project)
        return { row: project, resourceId: project.id }
      }),
    get: async (organizationId, id) => tables.read(() => findProject(tables, organizationId, id)),
    default: async (organizationId) =>
      tables.read(() => {
        const project = tables.projects.where('organization', organizationId).find((row) => row.isDefault)
        if (project === undefined) throw new Error(`organization ${organizationId} has no default project`)
        return project
      }),
    list: async (organizationId, page) =>
      tables.read(() => newestFirst(tables.projects.where('organization', organizationId), page)),
    rename: async (organizationId, id, name) =>
      tables.transact(() => {
        const project = findProject(tables, organizationId, id)
        if (project === null) return null
        tables.projects.put({ ...project, name })
        return { ...project, name }
      }),
    remove: async (organizationId, id) =>
      tables.transact(() => {
        const project = findProject(tables, organizationId, id)
        if (project === null) return false
        if (project.isDefault) throw defaultProjectInUse()
        const workflows = tables.workflows.where('project', id)
        if (workflows.length > 0) throw projectInUse(workflows.map(({ slug }) => slug))
        tables.projects.remove(id)
        return true
      }),
  }
}

export function findProject(tables: Tables, organizationId: number, id: string): Project | null {
  const project = tables.projects.get(id)
  return project?.organizationId === organizationId ? project : null
}
