import { describe, expect, test } from 'vitest'
import { LIMITS } from '../../core/limits.ts'
import { unitOf } from './world.ts'
import type { Subject } from './world.ts'

export const describeIdempotency: Subject = (the) => {
  describe('an idempotency key on work', () => {
    test('the same request again is answered with what the first one made', async () => {
      const { addWebhook, acceptUnit, event, claim, store, organization } = the()
      await addWebhook()
      const [first, second] = [event(), event()]
      const made = await acceptUnit({ claim: claim({ resourceId: first.id }), events: [first] })
      expect(made).toMatchObject({ outcome: 'accepted' })
      const again = await acceptUnit({ claim: claim({ resourceId: second.id }), events: [second] })
      expect(again).toEqual({ outcome: 'replayed', resourceId: first.id, sealedAnswer: null })
      expect(await store.events.get(organization.id, second.id)).toBeNull()
      const page = await store.deliveries.list(organization.id, {}, { limit: 10, before: null })
      expect(page.rows).toHaveLength(1)
    })

    test('another request with the same key conflicts and writes nothing', async () => {
      const { acceptUnit, event, run, claim, store, organization } = the()
      await acceptUnit({ claim: claim(), events: [event()] })
      const [other, otherRun] = [event(), run()]
      const outcome = await acceptUnit({
        claim: claim({ requestHash: 'b'.repeat(64) }),
        run: otherRun,
        events: [other],
      })
      expect(outcome).toEqual({ outcome: 'conflict' })
      expect(await store.events.get(organization.id, other.id)).toBeNull()
      expect(await store.runs.get(organization.id, otherRun.id)).toBeNull()
    })

    test('two units of one batch with one key: the second is replayed', async () => {
      const { commit, event, claim } = the()
      const first = event()
      const { accepts } = await commit({
        accepts: [
          unitOf({ claim: claim({ resourceId: first.id }), events: [first] }),
          unitOf({ claim: claim(), events: [event()] }),
          unitOf({ claim: claim({ requestHash: 'c'.repeat(64) }), events: [event()] }),
        ],
      })
      expect(accepts).toMatchObject([
        { outcome: 'accepted' },
        { outcome: 'replayed', resourceId: first.id, sealedAnswer: null },
        { outcome: 'conflict' },
      ])
    })

    test('a request that makes nothing is judged by an earlier one all the same', async () => {
      const { acceptUnit, event, claim, store } = the()
      const made = event()
      await acceptUnit({ claim: claim({ resourceId: made.id }), events: [made] })
      const { claims } = store
      expect(await claims.judge(claim())).toEqual({
        outcome: 'replayed',
        resourceId: made.id,
        sealedAnswer: null,
      })
      expect(await claims.judge(claim({ requestHash: 'b'.repeat(64) }))).toEqual({ outcome: 'conflict' })
      expect(await claims.judge(claim({ key: 'never used' }))).toEqual({ outcome: 'free' })
    })

    test('a key belongs to one organization and one operation', async () => {
      const { acceptUnit, addTenant, claim } = the()
      const other = await addTenant('other')
      await acceptUnit({ claim: claim() })
      expect(await acceptUnit({ claim: claim({ operation: 'runs.create' }) })).toMatchObject({
        outcome: 'accepted',
      })
      expect(await acceptUnit({ claim: claim({ organizationId: other.organization.id }) })).toMatchObject({
        outcome: 'accepted',
      })
    })

    test('a key binds for its time, and is then free', async () => {
      const { acceptUnit, claim, clock } = the()
      await acceptUnit({ claim: claim() })
      clock.now += LIMITS.idempotencyMs - 1
      expect(await acceptUnit({ claim: claim() })).toMatchObject({ outcome: 'replayed' })
      clock.now += 1
      const later = claim({ requestHash: 'd'.repeat(64) })
      expect(await acceptUnit({ claim: later })).toMatchObject({ outcome: 'accepted' })
      expect(await acceptUnit({ claim: later })).toEqual({
        outcome: 'replayed',
        resourceId: later.resourceId,
        sealedAnswer: null,
      })
    })
  })

  describe('an idempotency key on a creation', () => {
    test('webhooks and projects are made once', async () => {
      const { store, claim, organization, ids, clock, addWebhook } = the()
      const webhook = { ...(await addWebhook()), id: ids.make('webhook') }
      const webhookClaim = claim({ operation: 'webhooks.create', resourceId: webhook.id })
      expect(await store.webhooks.create(webhook, webhookClaim)).toEqual({ outcome: 'created', row: webhook })
      const copy = { ...webhook, id: ids.make('webhook') }
      expect(await store.webhooks.create(copy, { ...webhookClaim, resourceId: copy.id })).toEqual({
        outcome: 'replayed',
        resourceId: webhook.id,
        sealedAnswer: null,
      })
      expect(await store.webhooks.get(organization.id, copy.id)).toBeNull()

      const project = {
        id: ids.make('proj'),
        organizationId: organization.id,
        name: 'Shop',
        isDefault: false,
        createdAt: clock.now,
      }
      const projectClaim = claim({ operation: 'projects.create', resourceId: project.id })
      expect(await store.projects.create(project, projectClaim)).toEqual({ outcome: 'created', row: project })
      expect(await store.projects.create(project, { ...projectClaim, requestHash: 'e'.repeat(64) })).toEqual({
        outcome: 'conflict',
      })
    })

    test('event types are declared once', async () => {
      const { store, claim, organization, clock } = the()
      const type = {
        organizationId: organization.id,
        type: 'order.paid',
        description: 'An order was paid.',
        schema: null,
        createdAt: clock.now,
        updatedAt: clock.now,
      }
      const typeClaim = claim({ operation: 'eventTypes.create', resourceId: type.type })
      expect(await store.eventTypes.create(type, typeClaim)).toEqual({ outcome: 'created', row: type })
      expect(await store.eventTypes.create(type, typeClaim)).toEqual({
        outcome: 'replayed',
        resourceId: 'order.paid',
        sealedAnswer: null,
      })
      const other = { ...typeClaim, requestHash: 'e'.repeat(64) }
      expect(await store.eventTypes.create(type, other)).toEqual({ outcome: 'conflict' })
      await expect(store.eventTypes.create(type, { ...typeClaim, key: 'key-2' })).rejects.toMatchObject({
        code: 'already_exists',
      })
      const seen = { ...type, type: 'order.seen' }
      expect(await store.eventTypes.create(seen, { ...typeClaim, key: 'key-2' })).toMatchObject({
        outcome: 'created',
      })
    })

    test('a workflow’s claim names the id that the store gave it', async () => {
      const { store, claim, workflow } = the()
      const fields = { ...workflow, slug: 'second' }
      const created = await store.workflows.create(fields, claim({ resourceId: '' }))
      if (created.outcome !== 'created') throw new Error('not created')
      expect(created.row.id).not.toBe(workflow.id)
      expect(await store.workflows.create(fields, claim({ resourceId: '' }))).toEqual({
        outcome: 'replayed',
        resourceId: String(created.row.id),
        sealedAnswer: null,
      })
    })

    test('a creation that fails does not use up its key', async () => {
      const { store, claim, workflow } = the()
      await expect(store.workflows.create({ ...workflow }, claim())).rejects.toMatchObject({
        code: 'already_exists',
      })
      expect(await store.workflows.create({ ...workflow, slug: 'second' }, claim())).toMatchObject({
        outcome: 'created',
      })
    })
  })
}
