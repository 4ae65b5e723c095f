import { fieldProblem } from '../../core/errors.ts'
import type { Workflow } from '../../core/workflow.ts'
import { workflowInUse } from '../rules/in-use.ts'
import { takePage } from '../rules/pages.ts'
import { workflowIdFrom } from '../rules/workflows.ts'
import type { Page, PageRequest, WorkflowStore } from '../store.ts'
import { createOnce } from './idempotency.ts'
import { findProject } from './projects.ts'
import type { StoredWorkflow, Tables } from './tables.ts'

export function createWorkflowStore(tables: Tables): WorkflowStore {
  let lastId = 0

  function byId(organizationId: number, id: number): StoredWorkflow | null {
    const workflow = tables.workflows.get(id)
    return workflow?.organizationId === organizationId ? workflow : null
  }

  function current(organizationId: number, id: number): Workflow | null {
    const workflow = byId(organizationId, id)
    return workflow === null || workflow.deletedAt !== null ? null : strip(workflow)
  }

  function bySlug(organizationId: number, slug: string): Workflow | null {
    const found = tables.workflows.where('organization', organizationId).find((row) => row.slug === slug)
    return found === undefined ? null : strip(found)
  }

  function assertFits(workflow: Omit<Workflow, 'id'>, id: number | null): void {
    if (findProject(tables, workflow.organizationId, workflow.projectId) === null) {
      throw fieldProblem('invalid_request', 'project', 'no such project')
    }
    const namesake = bySlug(workflow.organizationId, workflow.slug)
    if (namesake !== null && namesake.id !== id) {
      throw fieldProblem('already_exists', 'slug', `a workflow "${workflow.slug}" exists already`)
    }
  }

  function list(organizationId: number, page: PageRequest): Page<Workflow> {
    const before = page.before === null ? Infinity : (workflowIdFrom(page.before) ?? 0)
    const rows = tables.workflows.where('organization', organizationId).filter((row) => row.id < before)
    rows.sort((left, right) => right.id - left.id)
    const bytesOf = ({ steps }: Workflow): number => JSON.stringify(steps).length
    return takePage(rows.map(strip), page.limit, bytesOf, (row) => String(row.id))
  }

  return {
    create: async (fields, claim) =>
      createOnce(tables, claim, () => {
        assertFits(fields, null)
        lastId += 1
        const row = { ...fields, id: lastId }
        tables.workflows.add({ ...row, deletedAt: null })
        return { row, resourceId: String(row.id) }
      }),
    find: async (organizationId, idOrSlug) =>
      tables.read(() => {
        const id = workflowIdFrom(idOrSlug)
        return id === null ? bySlug(organizationId, idOrSlug) : current(organizationId, id)
      }),
    byId: async (organizationId, id) =>
      tables.read(() => {
        const workflow = byId(organizationId, id)
        return workflow === null ? null : strip(workflow)
      }),
    list: async (organizationId, page) => tables.read(() => list(organizationId, page)),
    update: async (workflow) =>
      tables.transact(() => {
        if (current(workflow.organizationId, workflow.id) === null) return null
        assertFits(workflow, workflow.id)
        tables.workflows.put({ ...workflow, deletedAt: null })
        const { projectId } = workflow
        for (const monitor of tables.monitors.where('workflow', workflow.id)) {
          tables.monitors.put({ ...monitor, projectId })
        }
        return workflow
      }),
    remove: async (organizationId, id, now) =>
      tables.transact(() => {
        const workflow = current(organizationId, id)
        if (workflow === null) return false
        const monitors = tables.monitors.where('workflow', id)
        if (monitors.length > 0) throw workflowInUse(monitors.map(({ name }) => name))
        tables.workflows.put({ ...workflow, deletedAt: now })
        return true
      }),
  }
}

function strip(stored: StoredWorkflow): Workflow {
  const workflow: Workflow & { deletedAt?: number | null } = { ...stored }
  delete workflow.deletedAt
  return workflow
}
