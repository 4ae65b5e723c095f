import { describe, expect, test } from 'vitest'
import type { CustomEventType } from '../../core/event-type.ts'
import { disable, remove } from '../../core/webhook.ts'
import type { Page } from '../store.ts'
import type { Subject, World } from './world.ts'

function eventType({ organization, clock }: World, changes: Partial<CustomEventType> = {}): CustomEventType {
  return {
    organizationId: organization.id,
    type: 'order.paid',
    description: 'An order was paid.',
    schema: { type: 'object', required: ['total'], properties: { total: { type: 'number' } } },
    createdAt: clock.now,
    updatedAt: clock.now,
    ...changes,
  }
}

async function declare(world: World, changes: Partial<CustomEventType> = {}): Promise<CustomEventType> {
  const type = eventType(world, changes)
  const created = await world.store.eventTypes.create(type, null)
  if (created.outcome !== 'created') throw new Error(`the event type was ${created.outcome}`)
  expect(created.row).toEqual(type)
  return type
}

export const describeEventTypes: Subject = (the) => {
  describe('event types', () => {
    test('come back as they were declared', async () => {
      const { store, organization } = the()
      const strict = await declare(the())
      const free = await declare(the(), { type: 'order.seen', description: '', schema: null })
      expect(await store.eventTypes.get(organization.id, 'order.paid')).toEqual(strict)
      expect(await store.eventTypes.get(organization.id, 'order.seen')).toEqual(free)
      expect(await store.eventTypes.get(organization.id, 'order')).toBeNull()
      expect(await store.eventTypes.count(organization.id)).toBe(2)
    })

    test('are declared once in an organization', async () => {
      const { store, organization } = the()
      const first = await declare(the())
      const again = store.eventTypes.create(eventType(the(), { description: 'other' }), null)
      await expect(again).rejects.toMatchObject({ code: 'already_exists', errors: [{ field: 'type' }] })
      expect(await store.eventTypes.get(organization.id, 'order.paid')).toEqual(first)
    })

    test('belong to one organization', async () => {
      const { store, organization, addTenant } = the()
      const stranger = (await addTenant('stranger')).organization.id
      const own = await declare(the())
      expect(await store.eventTypes.get(stranger, 'order.paid')).toBeNull()
      expect(await store.eventTypes.count(stranger)).toBe(0)
      expect(await store.eventTypes.list(stranger, { limit: 9, before: null })).toEqual({
        rows: [],
        next: null,
      })
      expect(await store.eventTypes.update({ ...own, organizationId: stranger })).toBeNull()
      expect(await store.eventTypes.remove(stranger, 'order.paid')).toBe(false)
      const theirs = await declare(the(), { organizationId: stranger, description: 'theirs' })
      expect(await store.eventTypes.get(stranger, 'order.paid')).toEqual(theirs)
      expect(await store.eventTypes.get(organization.id, 'order.paid')).toEqual(own)
    })

    test.each([1, 2, 3, 4])('are listed by name, %i on a page', async (limit) => {
      const { store, organization } = the()
      for (const type of ['order.paid', 'a.b', 'order.made']) await declare(the(), { type })
      const names: string[] = []
      let before: string | null = null
      for (let pages = 0; pages < 4; pages += 1) {
        const page: Page<CustomEventType> = await store.eventTypes.list(organization.id, { limit, before })
        expect(page.rows.length).toBeLessThanOrEqual(limit)
        names.push(...page.rows.map(({ type }) => type))
        before = page.next
        if (before === null) break
        // Comes in behind the walk, which neither shows it nor loses its place.
        await declare(the(), { type: `a.a${pages}` })
      }
      expect([names, before]).toEqual([['a.b', 'order.made', 'order.paid'], null])
    })

    test('change their description and schema', async () => {
      const { store, organization, clock } = the()
      const declared = await declare(the())
      const wanted = {
        ...declared,
        description: 'Paid.',
        schema: null,
        createdAt: 7,
        updatedAt: clock.now + 5,
      }
      const changed = { ...wanted, createdAt: declared.createdAt }
      expect(await store.eventTypes.update(wanted)).toEqual(changed)
      expect(await store.eventTypes.get(organization.id, 'order.paid')).toEqual(changed)
      expect(await store.eventTypes.update({ ...wanted, type: 'order.lost' })).toBeNull()
    })

    test('are removed when no webhook names them; what happened stays', async () => {
      const { store, organization, addWebhook, addTenant, accept, event, clock } = the()
      const stranger = (await addTenant('stranger')).organization.id
      await addWebhook({ organizationId: stranger, events: ['order.paid'] })
      await declare(the())
      const [sent] = [event({ type: 'order.paid' })]
      await accept([sent])
      const { id } = await addWebhook({ events: ['order.made', 'order.paid'] })
      const refused = { code: 'in_use' }
      await expect(store.eventTypes.remove(organization.id, 'order.paid')).rejects.toMatchObject(refused)
      await store.webhooks.change(organization.id, id, (webhook) => disable(webhook, clock.now))
      await expect(store.eventTypes.remove(organization.id, 'order.paid')).rejects.toMatchObject(refused)
      await store.webhooks.change(organization.id, id, (webhook) => remove(webhook, clock.now))
      expect(await store.eventTypes.remove(organization.id, 'order.paid')).toBe(true)
      expect(await store.eventTypes.remove(organization.id, 'order.paid')).toBe(false)
      expect(await store.eventTypes.get(organization.id, 'order.paid')).toBeNull()
      expect(await store.eventTypes.count(organization.id)).toBe(0)
      expect(await store.events.get(organization.id, sent.id)).toEqual(sent)
      await declare(the())
    })
  })

  describe('the filters on an event type', () => {
    const filters = () => the().store.webhooks.filters(the().organization.id, 'order.paid')

    test('are those of the webhooks that name it, each text once', async () => {
      const { addWebhook, addTenant } = the()
      const stranger = (await addTenant('stranger')).organization.id
      await addWebhook({ events: ['order.paid'] })
      expect(await filters()).toEqual([])
      await addWebhook({ events: ['order.paid', 'order.made'], filter: 'data.total > 1' })
      await addWebhook({ events: ['order.paid'], filter: 'data.total > 1', status: 'paused' })
      await addWebhook({ events: ['order.paid'], filter: 'data.gift' })
      await addWebhook({ events: ['order.made'], filter: 'data.other' })
      await addWebhook({ organizationId: stranger, events: ['order.paid'], filter: 'data.theirs' })
      expect([...(await filters())].sort()).toEqual(['data.gift', 'data.total > 1'])
    })

    test('are those of the moment', async () => {
      const { addWebhook, store, organization, clock } = the()
      const { id } = await addWebhook({ events: ['order.paid'], filter: 'data.first' })
      const change = (changes: object) =>
        store.webhooks.change(organization.id, id, (webhook) => ({
          webhook: { ...webhook, ...changes, updatedAt: clock.now },
          waiting: [],
        }))
      expect(await filters()).toEqual(['data.first'])
      await change({ filter: 'data.second' })
      expect(await filters()).toEqual(['data.second'])
      await change({ filter: null })
      expect(await filters()).toEqual([])
      await change({ filter: 'data.third', events: ['order.made'] })
      expect(await filters()).toEqual([])
      await change({ events: ['order.paid'] })
      expect(await filters()).toEqual(['data.third'])
      await store.webhooks.change(organization.id, id, (webhook) => remove(webhook, clock.now))
      expect(await filters()).toEqual([])
    })

    test('are as before when a change fails', async () => {
      const { addWebhook, store, organization } = the()
      const { id } = await addWebhook({ events: ['order.paid'], filter: 'data.first' })
      expect(await filters()).toEqual(['data.first'])
      const failing = store.webhooks.change(organization.id, id, () => {
        throw new Error('changed my mind')
      })
      await expect(failing).rejects.toThrow('changed my mind')
      expect(await filters()).toEqual(['data.first'])
    })
  })
}
