import { describe, expect, test } from 'vitest'
import type { DeliveryState } from '../../core/delivery.ts'
import { disable } from '../../core/webhook.ts'
import type { DeliveryFilter, DeliveryRow, Page, PageRequest } from '../store.ts'
import { failedReport, okReport } from './decisions.ts'
import type { Subject, World } from './world.ts'

const WALK_PAGES_MAX = 100

/** All rows, page by page, until no page follows. */
async function walk<Row>(list: (page: PageRequest) => Promise<Page<Row>>, limit: number): Promise<Row[]> {
  const rows: Row[] = []
  let before: string | null = null
  for (let pages = 0; pages < WALK_PAGES_MAX; pages += 1) {
    const page = await list({ limit, before })
    if (page.rows.length > limit) throw new Error('a page is longer than its limit')
    rows.push(...page.rows)
    if (page.next === null) return rows
    before = page.next
  }
  throw new Error('the walk does not end')
}

async function expectEveryWalk<Row extends { id: string | number }>(
  list: (page: PageRequest) => Promise<Page<Row>>,
  ids: Row['id'][],
): Promise<void> {
  for (const limit of [1, 2, ids.length, ids.length + 1]) {
    if (limit === 0) continue
    expect((await walk(list, limit)).map(({ id }) => id)).toEqual(ids)
  }
}

/** Deliveries in every state, over two webhooks and two event types. */
async function fill(world: World): Promise<DeliveryRow[]> {
  const { addWebhook, accept, event, settle, store, organization, clock } = world
  const steady = await addWebhook({ events: ['a.one', 'b.two'], retrySchedule: [] })
  const stopped = await addWebhook({ events: ['a.one'] })
  for (const type of ['a.one', 'b.two', 'a.one', 'b.two', 'a.one']) {
    const { leased } = await accept([event({ type })])
    const own = leased.filter(({ delivery }) => delivery.webhookId === steady.id)
    if (type === 'a.one') await settle(own[0]!, okReport())
    clock.now += 1
  }
  const { leased } = await accept([event({ type: 'b.two' })])
  await settle(leased[0]!, failedReport(500))
  await store.webhooks.change(organization.id, stopped.id, (webhook) => disable(webhook, clock.now))
  return walk((page) => store.deliveries.list(organization.id, {}, page), 200)
}

export const describeLists: Subject = (the) => {
  describe('lists', () => {
    test('are newest first and end', async () => {
      const { addWebhook, store, organization, accept, event, ids, clock, workflow, acceptUnit, run } = the()
      const webhooks = [await addWebhook(), await addWebhook(), await addWebhook()]
      await expectEveryWalk(
        (page) => store.webhooks.list(organization.id, 'webhooks', page),
        newestFirst(webhooks),
      )

      const events = [event(), event(), event({ type: 'other.type' })]
      await accept(events)
      await expectEveryWalk((page) => store.events.list(organization.id, {}, page), newestFirst(events))
      await expectEveryWalk(
        (page) => store.events.list(organization.id, { type: 'other.type' }, page),
        [events[2]!.id],
      )
      await expectEveryWalk((page) => store.events.list(organization.id, { type: 'none' }, page), [])

      const projects = [await store.projects.default(organization.id)]
      for (const name of ['B', 'A', 'C']) {
        const project = {
          id: ids.make('proj'),
          organizationId: organization.id,
          name,
          isDefault: false,
          createdAt: 1,
        }
        await store.projects.create(project, null)
        projects.push(project)
        await store.workflows.create({ ...workflow, slug: name, createdAt: clock.now }, null)
        await acceptUnit({ run: run() })
      }
      await expectEveryWalk((page) => store.projects.list(organization.id, page), newestFirst(projects))
      const workflows = await walk((page) => store.workflows.list(organization.id, page), 2)
      expect(workflows.map(({ slug }) => slug)).toEqual(['C', 'A', 'B', 'check'])
      await expectEveryWalk(
        (page) => store.workflows.list(organization.id, page),
        workflows.map(({ id }) => id),
      )
      expect(await walk((page) => store.runs.list(organization.id, {}, page), 2)).toHaveLength(3)
    })

    test('deliveries can be told apart by webhook, event, state and all of them', async () => {
      const { store, organization } = the()
      const all = await fill(the())
      expect(all.map(({ id }) => id)).toEqual(newestFirst(all))
      expect(new Set(all.map(({ state }) => state))).toEqual(
        new Set(['delivered', 'pending', 'exhausted', 'held']),
      )
      const some = <Value>(values: Value[]): (Value | undefined)[] => [undefined, ...new Set(values)]
      let filters = 0
      for (const webhookId of some(all.map((row) => row.webhookId))) {
        for (const eventId of some(all.map((row) => row.eventId))) {
          for (const state of some<DeliveryState>([...all.map((row) => row.state), 'cancelled'])) {
            const filter = withoutUndefined({ webhookId, eventId, state })
            const expected = all.filter((row) => passes(filter, row)).map(({ id }) => id)
            await expectEveryWalk((page) => store.deliveries.list(organization.id, filter, page), expected)
            filters += 1
          }
        }
      }
      expect(filters).toBeGreaterThan(50)
    })

    test('show each delivery’s event type and last answer', async () => {
      const all = await fill(the())
      expect(all[0]).toMatchObject({
        state: 'exhausted',
        eventType: 'b.two',
        lastStatusCode: 500,
        lastError: 'The receiver answered 500',
      })
      expect(all.at(-1)).toMatchObject({ state: 'delivered', lastStatusCode: 200, lastError: null })
      expect(all.at(-2)).toMatchObject({
        state: 'held',
        eventType: 'a.one',
        lastStatusCode: null,
        lastError: null,
      })
    })

    test('show what goes first of the order a delivery waits in', async () => {
      const { addWebhook, accept, event, settle, store, organization, clock } = the()
      const webhook = await addWebhook({ ordering: 'key', retrySchedule: [] })
      await addWebhook({ ordering: 'key', retrySchedule: [] })
      const keys = ['a', 'b', 'a', null, 'a', 'b']
      const { leased } = await accept(keys.map((key) => event({ key })))
      const rows = async () => {
        const filter = { webhookId: webhook.id }
        const page = await store.deliveries.list(organization.id, filter, { limit: 10, before: null })
        return page.rows.filter(({ resendOf }) => resendOf === null).reverse()
      }
      const ids = (await rows()).map(({ id }) => id)
      const first = (index: number) => ids[index]!
      const blockedBy = async () => (await rows()).map((row) => row.blockedBy)
      expect(await blockedBy()).toEqual([null, null, first(0), null, first(0), first(1)])
      expect((await store.deliveries.get(organization.id, first(4)))?.blockedBy).toBe(first(0))

      await settle(
        leased.find(({ delivery }) => delivery.id === first(0))!,
        failedReport(500),
      )
      expect(await blockedBy()).toEqual([null, null, null, null, first(2), first(1)])
      // Sent again by hand it stands outside the order, and blocks nothing.
      await store.deliveries.resend(organization.id, first(0), null, clock.now)
      expect(await blockedBy()).toEqual([null, null, null, null, first(2), first(1)])

      await store.webhooks.change(organization.id, webhook.id, (row) => disable(row, clock.now))
      expect(await blockedBy()).toEqual([null, null, null, null, first(2), first(1)])
    })

    test('events tell how many deliveries they have', async () => {
      const { addWebhook, accept, acceptUnit, event, store, organization, addTenant, ids } = the()
      const [heard, unheard, tested] = [event(), event({ type: 'other.type' }), event()]
      await addWebhook({ status: 'disabled' })
      const { id: webhookId } = await addWebhook()
      await accept([heard, unheard])
      await acceptUnit({ events: [tested], target: { webhookId, kind: 'test' } })
      const stranger = (await addTenant('stranger')).organization.id
      const count = (...eventIds: string[]) => store.deliveries.countByEvent(organization.id, eventIds)
      expect(await count(heard.id, unheard.id, tested.id)).toEqual([2, 0, 1])
      expect(await count(tested.id, 'nonsense', ids.make('evt'), heard.id, heard.id)).toEqual([1, 0, 0, 2, 2])
      expect(await count()).toEqual([])
      expect(await store.deliveries.countByEvent(stranger, [heard.id])).toEqual([0])
    })

    test('a walk neither skips nor repeats while rows come in and change', async () => {
      const { addWebhook, accept, event, settle, store, organization } = the()
      await addWebhook()
      const { leased } = await accept([event(), event(), event(), event(), event()])
      const seen: string[] = []
      let before: string | null = null
      for (const { delivery, event: sent } of leased) {
        const page: Page<DeliveryRow> = await store.deliveries.list(organization.id, {}, { limit: 1, before })
        seen.push(...page.rows.map(({ id }) => id))
        before = page.next
        await settle({ delivery, event: sent }, okReport())
        await accept([event()])
      }
      expect(seen).toEqual(newestFirst(leased.map(({ delivery }) => delivery)))
    })
  })
}

function newestFirst(rows: readonly { id: string }[]): string[] {
  return rows
    .map(({ id }) => id)
    .sort()
    .reverse()
}

function passes(filter: DeliveryFilter, row: DeliveryRow): boolean {
  return (
    (filter.webhookId ?? row.webhookId) === row.webhookId &&
    (filter.eventId ?? row.eventId) === row.eventId &&
    (filter.state ?? row.state) === row.state
  )
}

function withoutUndefined(filter: { [Name in keyof DeliveryFilter]: DeliveryFilter[Name] | undefined }) {
  return Object.fromEntries(
    Object.entries(filter).filter(([, value]) => value !== undefined),
  ) as DeliveryFilter
}
