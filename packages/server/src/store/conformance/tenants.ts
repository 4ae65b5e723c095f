import { describe, expect, test } from 'vitest'
import type { Subject, World } from './world.ts'

/** One of everything that has an id, owned by `world`'s tenant. */
async function furnish(world: World) {
  const { addWebhook, acceptUnit, event, run, store, organization, ids, clock } = world
  const webhook = await addWebhook()
  const validation = run()
  const sent = event({ runId: validation.id })
  const outcome = await acceptUnit({ run: validation, events: [sent] })
  if (outcome.outcome !== 'accepted') throw new Error('not accepted')
  const key = {
    id: ids.make('key'),
    organizationId: organization.id,
    name: 'ci',
    scopes: ['write' as const],
    hash: 'f'.repeat(64),
    hint: 'sk_live_abcd',
    createdAt: clock.now,
    expiresAt: null,
    revokedAt: null,
    lastUsedAt: null,
  }
  await store.keys.create(key)
  const project = {
    id: ids.make('proj'),
    organizationId: organization.id,
    name: 'Shop',
    isDefault: false,
    createdAt: 1,
  }
  await store.projects.create(project, null)
  return { webhook, run: validation, event: sent, delivery: outcome.leased[0]!.delivery, key, project }
}

const page = { limit: 10, before: null }

export const describeTenants: Subject = (the) => {
  describe('another tenant', () => {
    test('finds nothing by an id that is not its own', async () => {
      const { store, addTenant, workflow } = the()
      const owned = await furnish(the())
      const stranger = (await addTenant('stranger')).organization.id
      expect(await store.webhooks.get(stranger, owned.webhook.id)).toBeNull()
      expect(await store.events.get(stranger, owned.event.id)).toBeNull()
      expect(await store.deliveries.get(stranger, owned.delivery.id)).toBeNull()
      expect(await store.deliveries.attempts(stranger, owned.delivery.id)).toEqual([])
      expect(await store.runs.get(stranger, owned.run.id)).toBeNull()
      expect(await store.runs.eventIds(stranger, owned.run.id)).toEqual([])
      expect(await store.projects.get(stranger, owned.project.id)).toBeNull()
      expect(await store.workflows.byId(stranger, workflow.id)).toBeNull()
      expect(await store.workflows.find(stranger, String(workflow.id))).toBeNull()
    })

    test('sees nothing in its lists, whatever it filters by', async () => {
      const { store, addTenant, workflow, organization } = the()
      const owned = await furnish(the())
      const stranger = (await addTenant('stranger')).organization.id
      const none = { rows: [], next: null }
      expect(await store.webhooks.list(stranger, 'webhooks', page)).toEqual(none)
      expect(await store.events.list(stranger, {}, page)).toEqual(none)
      expect(await store.events.list(stranger, { type: owned.event.type }, page)).toEqual(none)
      expect(await store.deliveries.list(stranger, {}, page)).toEqual(none)
      expect(await store.deliveries.list(stranger, { webhookId: owned.webhook.id }, page)).toEqual(none)
      expect(await store.deliveries.list(stranger, { eventId: owned.event.id }, page)).toEqual(none)
      expect(await store.runs.list(stranger, {}, page)).toEqual(none)
      expect(await store.runs.list(stranger, { workflowId: workflow.id }, page)).toEqual(none)
      expect(await store.keys.list(stranger)).toEqual([])
      expect((await store.projects.list(stranger, page)).rows).toMatchObject([{ isDefault: true }])
      expect(
        (await store.deliveries.list(organization.id, { webhookId: owned.webhook.id }, page)).rows,
      ).toHaveLength(1)
      expect((await store.runs.list(organization.id, { workflowId: workflow.id }, page)).rows).toHaveLength(1)
    })

    test('changes and removes nothing', async () => {
      const { store, addTenant, workflow, organization, clock } = the()
      const owned = await furnish(the())
      const stranger = (await addTenant('stranger')).organization.id
      const change = (webhook: typeof owned.webhook) => ({
        webhook: { ...webhook, url: 'x' },
        waiting: ['cancel' as const],
      })
      expect(await store.webhooks.change(stranger, owned.webhook.id, change)).toBeNull()
      expect(await store.projects.rename(stranger, owned.project.id, 'Mine')).toBeNull()
      expect(await store.projects.remove(stranger, owned.project.id)).toBe(false)
      expect(await store.workflows.update({ ...workflow, organizationId: stranger, name: 'Mine' })).toBeNull()
      expect(await store.workflows.remove(stranger, workflow.id, clock.now)).toBe(false)
      expect(await store.keys.revoke(stranger, owned.key.id, clock.now)).toBe(false)
      expect(await store.webhooks.get(organization.id, owned.webhook.id)).toEqual(owned.webhook)
      expect(await store.projects.get(organization.id, owned.project.id)).toEqual(owned.project)
      expect(await store.workflows.byId(organization.id, workflow.id)).toEqual(workflow)
      expect(await store.keys.list(organization.id)).toEqual([owned.key])
    })

    test('is owed none of the others’ events, and cannot put work into their projects or workflows', async () => {
      const { store, addTenant, accept, event, addWebhook, workflow, project, acceptUnit, run } = the()
      const stranger = (await addTenant('stranger')).organization.id
      await addWebhook({ organizationId: stranger })
      expect((await accept([event()])).deliveries).toEqual([0])
      const intrusion = { ...workflow, organizationId: stranger, projectId: project.id, slug: 'intrusion' }
      await expect(store.workflows.create(intrusion, null)).rejects.toMatchObject({ code: 'invalid_request' })
      expect(await acceptUnit({ run: run({ organizationId: stranger }) })).toMatchObject({
        outcome: 'refused',
      })
    })
  })
}
