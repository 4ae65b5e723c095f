import { fieldProblem } from '../../core/errors.ts'
import { parseKeepingNumbers } from '../../core/json-numbers.ts'
import type { Step, Workflow } from '../../core/workflow.ts'
import { USERS_READ_MAX, workflowInUse } from '../rules/in-use.ts'
import { mapPage, takePage } from '../rules/pages.ts'
import { workflowIdFrom } from '../rules/workflows.ts'
import type { WorkflowStore } from '../store.ts'
import type { Connection } from './connection.ts'
import { idBytes, idText } from './ids.ts'
import type { Idempotency } from './idempotency.ts'
import { createFindProject } from './project-rows.ts'

interface WorkflowRow {
  id: number
  organization_id: number
  project_id: Uint8Array
  slug: string
  name: string
  score_threshold: number
  steps: string
  created_at: number
  updated_at: number
}

export function createWorkflowStore(connection: Connection, idempotency: Idempotency): WorkflowStore {
  const insert = connection.prepare(`
    INSERT INTO workflows (project_id, slug, name, score_threshold, steps, created_at, updated_at, organization_id)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?)`)
  const update = connection.prepare(`
    UPDATE workflows SET project_id = ?, slug = ?, name = ?, score_threshold = ?, steps = ?, created_at = ?,
      updated_at = ?
    WHERE organization_id = ? AND id = ? AND deleted_at IS NULL`)
  const remove = connection.prepare(
    'UPDATE workflows SET deleted_at = ? WHERE organization_id = ? AND id = ? AND deleted_at IS NULL',
  )
  const moveMonitors = connection.prepare(
    'UPDATE monitors SET project_id = ? WHERE organization_id = ? AND workflow_id = ?',
  )
  const selectMonitors = connection.prepare<{ name: string }>(
    `SELECT name FROM monitors WHERE organization_id = ? AND workflow_id = ? LIMIT ${USERS_READ_MAX}`,
  )
  const findProject = createFindProject(connection)
  const reads = createWorkflowReads(connection)

  function assertFits(workflow: Omit<Workflow, 'id'>, id: number | null): void {
    if (findProject(workflow.organizationId, workflow.projectId) === null) {
      throw fieldProblem('invalid_request', 'project', 'no such project')
    }
    const namesake = reads.bySlug(workflow.organizationId, workflow.slug)
    if (namesake !== null && namesake.id !== id) {
      throw fieldProblem('already_exists', 'slug', `a workflow "${workflow.slug}" exists already`)
    }
  }

  return {
    create: async (fields, claim) =>
      idempotency.createOnce(claim, () => {
        assertFits(fields, null)
        const id = Number(insert.run(...valuesOf(fields)).lastInsertRowid)
        return { row: { ...fields, id }, resourceId: String(id) }
      }),
    find: async (organizationId, idOrSlug) =>
      connection.read(() => {
        const id = workflowIdFrom(idOrSlug)
        return id === null ? reads.bySlug(organizationId, idOrSlug) : reads.current(organizationId, id)
      }),
    byId: async (organizationId, id) => connection.read(() => reads.byId(organizationId, id)),
    list: async (organizationId, { before, limit }) =>
      connection.read(() => {
        const start = before === null ? Number.MAX_SAFE_INTEGER : (workflowIdFrom(before) ?? 0)
        const rows = reads.page(organizationId, start, limit + 1)
        const bytesOf = ({ steps }: WorkflowRow): number => steps.length
        return mapPage(
          takePage(rows, limit, bytesOf, ({ id }) => String(id)),
          workflowFrom,
        )
      }),
    update: async (workflow) =>
      connection.commit(() => {
        const { organizationId, id, projectId } = workflow
        const current = reads.current(organizationId, id)
        if (current === null) return null
        assertFits(workflow, id)
        update.run(...valuesOf(workflow), id)
        if (projectId !== current.projectId) {
          moveMonitors.run(idBytes('proj', projectId), organizationId, id)
        }
        return workflow
      }),
    remove: async (organizationId, id, now) =>
      connection.commit(() => {
        const monitors = selectMonitors.all(organizationId, id)
        if (monitors.length > 0) throw workflowInUse(monitors.map(({ name }) => name))
        return Number(remove.run(now, organizationId, id).changes) > 0
      }),
  }
}

function createWorkflowReads(connection: Connection) {
  const selectById = connection.prepare<WorkflowRow>(
    'SELECT * FROM workflows WHERE organization_id = ? AND id = ?',
  )
  const selectCurrent = connection.prepare<WorkflowRow>(
    'SELECT * FROM workflows WHERE organization_id = ? AND id = ? AND deleted_at IS NULL',
  )
  const selectBySlug = connection.prepare<WorkflowRow>(
    'SELECT * FROM workflows WHERE organization_id = ? AND slug = ? AND deleted_at IS NULL',
  )
  const selectPage = connection.prepare<WorkflowRow>(`
    SELECT * FROM workflows WHERE organization_id = ? AND deleted_at IS NULL AND id < ? ORDER BY id DESC LIMIT ?`)

  function found(row: WorkflowRow | undefined): Workflow | null {
    return row === undefined ? null : workflowFrom(row)
  }

  return {
    byId: (organizationId: number, id: number) => found(selectById.get(organizationId, id)),
    current: (organizationId: number, id: number) => found(selectCurrent.get(organizationId, id)),
    bySlug: (organizationId: number, slug: string) => found(selectBySlug.get(organizationId, slug)),
    page: (organizationId: number, before: number, limit: number) =>
      selectPage.iterate(organizationId, before, limit),
  }
}

function workflowFrom(row: WorkflowRow): Workflow {
  return {
    id: row.id,
    organizationId: row.organization_id,
    projectId: idText('proj', row.project_id),
    slug: row.slug,
    name: row.name,
    scoreThreshold: row.score_threshold,
    steps: parseKeepingNumbers(row.steps) as Step[],
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  }
}

function valuesOf(workflow: Omit<Workflow, 'id'>) {
  return [
    idBytes('proj', workflow.projectId),
    workflow.slug,
    workflow.name,
    workflow.scoreThreshold,
    JSON.stringify(workflow.steps),
    workflow.createdAt,
    workflow.updatedAt,
    workflow.organizationId,
  ] as const
}
