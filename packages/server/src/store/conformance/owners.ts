import { describe, expect, test } from 'vitest'
import type { Project } from '../../core/organization.ts'
import type { Subject, World } from './world.ts'

async function addProject({ store, ids, organization, clock }: World, name: string): Promise<Project> {
  const project = {
    id: ids.make('proj'),
    organizationId: organization.id,
    name,
    isDefault: false,
    createdAt: clock.now,
  }
  await store.projects.create(project, null)
  return project
}

export const describeOwners: Subject = (the) => {
  describe('organizations', () => {
    test('come with a default project and are found by slug and id', async () => {
      const { store, organization, ids, clock } = the()
      const made = await store.organizations.create(
        { slug: 'second', name: 'Second', tier: 'free', createdAt: clock.now },
        ids.make('proj'),
      )
      expect(made.id).not.toBe(organization.id)
      expect(await store.organizations.bySlug('second')).toEqual(made)
      expect(await store.organizations.byId(made.id)).toEqual(made)
      expect(await store.organizations.list()).toEqual([organization, made])
      expect(await store.projects.default(made.id)).toMatchObject({
        isDefault: true,
        organizationId: made.id,
      })
      expect(await store.organizations.bySlug('third')).toBeNull()
      expect(await store.organizations.byId(99)).toBeNull()
    })

    test('a slug is taken once, and the refusal leaves nothing behind', async () => {
      const { store, organization, ids, clock } = the()
      const projectId = ids.make('proj')
      const again = store.organizations.create({ ...organization, createdAt: clock.now }, projectId)
      await expect(again).rejects.toMatchObject({ code: 'already_exists', errors: [{ field: 'slug' }] })
      expect(await store.organizations.list()).toEqual([organization])
      expect(await store.projects.get(organization.id, projectId)).toBeNull()
    })
  })

  describe('projects', () => {
    test('are renamed', async () => {
      const { store, organization, ids } = the()
      const project = await addProject(the(), 'Shop')
      expect(await store.projects.rename(organization.id, project.id, 'Store')).toEqual({
        ...project,
        name: 'Store',
      })
      expect(await store.projects.get(organization.id, project.id)).toEqual({ ...project, name: 'Store' })
      expect(await store.projects.rename(organization.id, ids.make('proj'), 'x')).toBeNull()
    })

    test('are removed when nothing belongs to them, never the default one', async () => {
      const { store, organization, project: byDefault, workflow, clock, acceptUnit, run } = the()
      const project = await addProject(the(), 'Shop')
      const created = await store.workflows.create(
        { ...workflow, slug: 'in-shop', projectId: project.id },
        null,
      )
      if (created.outcome !== 'created') throw new Error('not created')
      await acceptUnit({ run: run({ workflowId: created.row.id, projectId: project.id }) })
      await expect(store.projects.remove(organization.id, byDefault.id)).rejects.toMatchObject({
        code: 'in_use',
      })
      await expect(store.projects.remove(organization.id, project.id)).rejects.toMatchObject({
        code: 'in_use',
      })
      await store.workflows.remove(organization.id, created.row.id, clock.now)
      expect(await store.projects.remove(organization.id, project.id)).toBe(true)
      expect(await store.projects.remove(organization.id, project.id)).toBe(false)
      expect(await store.projects.get(organization.id, project.id)).toBeNull()
      expect((await store.projects.list(organization.id, { limit: 9, before: null })).rows).toEqual([
        byDefault,
      ])
      expect(await store.projects.rename(organization.id, project.id, 'x')).toBeNull()
      const late = store.workflows.create({ ...workflow, slug: 'late', projectId: project.id }, null)
      await expect(late).rejects.toMatchObject({ code: 'invalid_request', errors: [{ field: 'project' }] })
    })
  })

  describe('workflows', () => {
    const steps = [
      {
        type: 'json-schema',
        name: 'Shape',
        failureMode: 'blocking' as const,
        config: { schema: { a: [1] } },
      },
    ]

    test('are found by id and by slug', async () => {
      const { store, organization, workflow } = the()
      const created = await store.workflows.create(
        { ...workflow, slug: 'orders', steps, scoreThreshold: 2.5 },
        null,
      )
      if (created.outcome !== 'created') throw new Error('not created')
      expect(created.row).toMatchObject({ slug: 'orders', steps, scoreThreshold: 2.5 })
      expect(await store.workflows.find(organization.id, 'orders')).toEqual(created.row)
      expect(await store.workflows.find(organization.id, String(created.row.id))).toEqual(created.row)
      expect(await store.workflows.byId(organization.id, created.row.id)).toEqual(created.row)
      for (const unknown of ['nothing', '999', '9'.repeat(40), '1.0', '-1', '']) {
        expect(await store.workflows.find(organization.id, unknown)).toBeNull()
      }
    })

    test('a slug is taken once in an organization, until its workflow is removed', async () => {
      const { store, organization, workflow, clock, addTenant } = the()
      await expect(store.workflows.create({ ...workflow }, null)).rejects.toMatchObject({
        code: 'already_exists',
        errors: [{ field: 'slug' }],
      })
      expect((await addTenant('other')).workflow.slug).toBe(workflow.slug)
      expect(await store.workflows.remove(organization.id, workflow.id, clock.now)).toBe(true)
      expect(await store.workflows.remove(organization.id, workflow.id, clock.now)).toBe(false)
      const again = await store.workflows.create({ ...workflow }, null)
      if (again.outcome !== 'created') throw new Error('not created')
      expect(again.row.id).toBeGreaterThan(workflow.id)
      expect(await store.workflows.find(organization.id, workflow.slug)).toEqual(again.row)
    })

    test('once removed are not listed or found, but still named by their id', async () => {
      const { store, organization, workflow, clock } = the()
      await store.workflows.remove(organization.id, workflow.id, clock.now)
      expect(await store.workflows.find(organization.id, workflow.slug)).toBeNull()
      expect(await store.workflows.find(organization.id, String(workflow.id))).toBeNull()
      expect((await store.workflows.list(organization.id, { limit: 9, before: null })).rows).toEqual([])
      expect(await store.workflows.update(workflow)).toBeNull()
      expect(await store.workflows.byId(organization.id, workflow.id)).toEqual(workflow)
    })

    test('are updated, within the rules of creation', async () => {
      const { store, organization, workflow, clock } = the()
      const project = await addProject(the(), 'Shop')
      await store.workflows.create({ ...workflow, slug: 'taken' }, null)
      const changed = { ...workflow, slug: 'renamed', steps, projectId: project.id, updatedAt: clock.now + 1 }
      expect(await store.workflows.update(changed)).toEqual(changed)
      expect(await store.workflows.byId(organization.id, workflow.id)).toEqual(changed)
      expect(await store.workflows.update({ ...changed, id: 999 })).toBeNull()
      await expect(store.workflows.update({ ...changed, slug: 'taken' })).rejects.toMatchObject({
        code: 'already_exists',
      })
      expect(await store.workflows.byId(organization.id, workflow.id)).toEqual(changed)
    })
  })
}
