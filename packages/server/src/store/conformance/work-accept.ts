import { describe, expect, test } from 'vitest'
import { Problem } from '../../core/errors.ts'
import { disable, remove } from '../../core/webhook.ts'
import type { Webhook } from '../../core/webhook.ts'
import { FilterUnjudged, type Decisions } from '../work.ts'
import { okReport, plainDecisions } from './decisions.ts'
import { accepted, deliveryNow, unitOf } from './world.ts'
import type { Subject } from './world.ts'

export const describeWorkAccept: Subject = (the) => {
  describe('accepting', () => {
    test('an event is owed to every webhook that names its type, born leased where there is room', async () => {
      const { addWebhook, event, accept, clock, store } = the()
      const first = await addWebhook()
      const second = await addWebhook({ events: ['other.type', 'invoice.paid'] })
      await addWebhook({ events: ['other.type'] })
      const paid = event()
      const outcome = await accept([paid])
      expect(outcome.deliveries).toEqual([2])
      expect(outcome.waiting).toEqual([])
      expect(outcome.targeted).toEqual([])
      expect(outcome.leased.map(({ delivery }) => delivery.webhookId)).toEqual([first.id, second.id])
      expect(outcome.leased[0]?.event).toEqual(paid)
      expect(outcome.leased[0]?.delivery).toMatchObject({
        organizationId: paid.organizationId,
        eventId: paid.id,
        kind: 'auto',
        state: 'pending',
        tries: 0,
        attemptCount: 0,
        dueAt: clock.now,
        leasedAt: clock.now,
        fence: 1,
        createdAt: clock.now,
        endedAt: null,
      })
      expect(await deliveryNow(the(), outcome.leased[0]!)).toMatchObject(outcome.leased[0]!.delivery)
      expect(await store.events.get(paid.organizationId, paid.id)).toEqual(paid)
    })

    test('every field of an event comes back, its bytes unchanged', async () => {
      const { event, accept, store, ids, project, workflow } = the()
      const body = Buffer.from(Array.from({ length: 1_000_000 }, (_, index) => index & 0xff))
      const whole = event({
        body,
        projectId: project.id,
        workflowId: workflow.id,
        runId: ids.uuid(),
        key: 'order-1 ✓',
      })
      await accept([whole])
      const stored = await store.events.get(whole.organizationId, whole.id)
      expect({ ...stored, body: null }).toEqual({ ...whole, body: null })
      expect(stored?.body.equals(body)).toBe(true)
    })

    test('without room a delivery waits in the store, and its webhook is named once', async () => {
      const { addWebhook, event, accept, store, clock } = the()
      const webhook = await addWebhook()
      const lane = { webhookId: webhook.id, organizationId: webhook.organizationId }
      const outcome = await accept([event(), event()], { admit: () => false })
      expect(outcome).toMatchObject({ deliveries: [1, 1], leased: [], waiting: [lane] })
      expect(await store.work.lanes()).toEqual([{ ...lane, nextDueAt: clock.now }])
      const page = await store.deliveries.list(webhook.organizationId, {}, { limit: 10, before: null })
      for (const row of page.rows) {
        expect(row).toMatchObject({ state: 'pending', leasedAt: null, fence: 0, dueAt: clock.now })
      }
    })

    test('admit is told how much memory a delivery takes', async () => {
      const { addWebhook, accept, event } = the()
      const webhook = await addWebhook()
      const asked: [string, number][] = []
      await accept([event({ body: Buffer.alloc(7) }), event({ body: Buffer.alloc(70_000) })], {
        admit: ({ id }, bytes) => asked.push([id, bytes]) > 0,
      })
      expect(asked).toEqual([
        [webhook.id, 7],
        [webhook.id, 70_000],
      ])
    })

    test('match is asked of candidates alone, and decides', async () => {
      const { addWebhook, accept, event } = the()
      const yes = await addWebhook()
      const no = await addWebhook()
      await addWebhook({ events: ['other.type'] })
      const asked: string[] = []
      const outcome = await accept([event()], {
        match(_event, webhook) {
          asked.push(webhook.id)
          return webhook.id === yes.id
        },
      })
      expect(asked.sort()).toEqual([yes.id, no.id].sort())
      expect(outcome.deliveries).toEqual([1])
      expect(outcome.leased.map(({ delivery }) => delivery.webhookId)).toEqual([yes.id])
    })

    test('an event that nobody hears is kept all the same', async () => {
      const { accept, event, store } = the()
      const unheard = event()
      expect((await accept([unheard])).deliveries).toEqual([0])
      expect(await store.events.get(unheard.organizationId, unheard.id)).toEqual(unheard)
    })

    test('a webhook that is stopped is owed the event, held; admit is not asked', async () => {
      const { addWebhook, accept, store, organization } = the()
      const webhook = await addWebhook({ status: 'disabled_too_many_failures' })
      const outcome = await accept(undefined, {
        admit: () => {
          throw new Error('asked about a webhook that is not live')
        },
      })
      expect(outcome).toMatchObject({ deliveries: [1], leased: [], waiting: [] })
      const page = await store.deliveries.list(organization.id, {}, { limit: 10, before: null })
      expect(page.rows).toHaveLength(1)
      expect(page.rows[0]).toMatchObject({
        webhookId: webhook.id,
        state: 'held',
        dueAt: null,
        leasedAt: null,
      })
      expect(await store.work.lanes()).toEqual([])
    })

    test('a webhook stopped or deleted since the last event is seen as it is now', async () => {
      const { addWebhook, accept, store, organization, clock } = the()
      const stopped = await addWebhook()
      const deleted = await addWebhook()
      expect((await accept()).leased).toHaveLength(2)
      await store.webhooks.change(organization.id, stopped.id, (webhook) => disable(webhook, clock.now))
      await store.webhooks.change(organization.id, deleted.id, (webhook) => remove(webhook, clock.now))
      expect(await accept()).toMatchObject({ deliveries: [1], leased: [] })
      expect(await store.webhooks.countHeld(stopped.id)).toBe(2)
    })

    test('admit is asked once for each delivery, also when a unit of the batch is refused', async () => {
      const { addWebhook, commit, event } = the()
      const webhook = await addWebhook()
      const taken = event()
      let asked = 0
      const { accepts } = await commit(
        {
          accepts: [
            unitOf({ events: [event(), taken] }),
            unitOf({ events: [event(), taken] }),
            unitOf({ events: [event()] }),
          ],
        },
        {
          admit() {
            asked += 1
            return asked !== 2
          },
        },
      )
      expect(asked).toBe(3)
      expect(accepts.map(({ outcome }) => outcome)).toEqual(['accepted', 'refused', 'accepted'])
      expect(accepted(accepts[0]!).leased).toHaveLength(1)
      expect(accepted(accepts[0]!).waiting).toMatchObject([{ webhookId: webhook.id }])
      expect(accepted(accepts[2]!).leased).toHaveLength(1)
    })
  })

  describe('accepting for one webhook', () => {
    test('makes one leased delivery an event, subscribed and active or not, without asking', async () => {
      const { addWebhook, acceptUnit, event, clock } = the()
      await addWebhook()
      const target = await addWebhook({ events: [], status: 'disabled' })
      const forbidden = () => {
        throw new Error('a targeted unit asks nothing')
      }
      const unit = { events: [event(), event()], target: { webhookId: target.id, kind: 'test' as const } }
      const outcome = accepted(await acceptUnit(unit, { match: forbidden, admit: forbidden }))
      expect(outcome.deliveries).toEqual([1, 1])
      expect(outcome.waiting).toEqual([])
      expect(outcome.targeted).toEqual(outcome.leased.map(({ delivery }) => delivery.id))
      expect(outcome.leased.map(({ delivery }) => delivery)).toMatchObject([
        { webhookId: target.id, kind: 'test', state: 'pending', leasedAt: clock.now, fence: 1 },
        { webhookId: target.id, kind: 'test', state: 'pending', leasedAt: clock.now, fence: 1 },
      ])
      const settledTest = await the().settle(outcome.leased[0]!, okReport())
      expect(settledTest.delivery).toMatchObject({ kind: 'test', state: 'delivered' })
    })

    test('is refused when the webhook is deleted, unknown or not the event’s tenant’s', async () => {
      const { addWebhook, addTenant, acceptUnit, event, store, clock, organization, ids } = the()
      const other = await addTenant('other')
      const deleted = await addWebhook()
      await store.webhooks.change(organization.id, deleted.id, (webhook: Webhook) =>
        remove(webhook, clock.now),
      )
      const foreign = await addWebhook({ organizationId: other.organization.id })
      for (const webhookId of [deleted.id, foreign.id, ids.make('webhook'), 'nonsense']) {
        const sent = event()
        const outcome = await acceptUnit({ events: [sent], target: { webhookId, kind: 'auto' } })
        expect(outcome).toMatchObject({ outcome: 'refused', error: { code: 'not_found' } })
        expect(await store.events.get(organization.id, sent.id)).toBeNull()
      }
    })
  })

  describe('a unit that cannot be written', () => {
    test('is refused whole and alone', async () => {
      const { commit, event, run, claim, store, organization, workflow, clock } = the()
      await the().addWebhook()
      await store.workflows.remove(organization.id, workflow.id, clock.now)
      const orphan = run()
      const [before, inside, after] = [event(), event(), event()]
      const { accepts } = await commit({
        accepts: [
          unitOf({ events: [before] }),
          unitOf({ run: orphan, claim: claim(), events: [inside] }),
          unitOf({ events: [after] }),
        ],
      })
      expect(accepts.map(({ outcome }) => outcome)).toEqual(['accepted', 'refused', 'accepted'])
      expect(accepts[1]).toMatchObject({ error: { code: 'not_found' } })
      expect(await store.events.get(organization.id, inside.id)).toBeNull()
      expect(await store.runs.get(organization.id, orphan.id)).toBeNull()
      expect(await store.events.get(organization.id, before.id)).toEqual(before)
      expect(await store.events.get(organization.id, after.id)).toEqual(after)
      // The claim went with it: the same key may be used again.
      expect(await the().acceptUnit({ claim: claim() })).toMatchObject({ outcome: 'accepted' })
    })

    test('counts what filters pass over, of what is accepted', async () => {
      const { addWebhook, event, commit, store, organization, clock } = the()
      const webhook = await addWebhook({ filter: 'data.total > 5' })
      const [one, other] = [event(), event()]
      const verdicts = new Map([['data.total > 5', false]])
      const filtered = new Map([one, other].map(({ id }) => [id, verdicts]))
      const match: Decisions['match'] = ({ id }, { filter }, judged) =>
        filter === null || judged?.get(id)?.get(filter) === true
      const count = async () =>
        (await store.webhooks.tallies([webhook.id], 1)).get(webhook.id)?.filteredOut ?? null
      expect(await count()).toEqual({ count: 0, lastAt: null })
      await commit(
        { accepts: [unitOf({ events: [one], filtered }), unitOf({ events: [other], filtered })] },
        { match },
      )
      expect(await count()).toEqual({ count: 2, lastAt: clock.now })
      // Found before the commit, and refused: its webhooks have changed since.
      const { version } = await store.webhooks.hearers(organization.id, one.type, null, 10)
      const passedOver = new Map([[webhook.id, 1]])
      const found = (of: number) =>
        unitOf({ events: [event()], filtered, hearers: { version: of, byEvent: new Map(), passedOver } })
      await commit({ accepts: [found(version + 1)] })
      expect(await count()).toMatchObject({ count: 2 })
      clock.now += 10
      await commit({ accepts: [found(version)] })
      expect(await count()).toEqual({ count: 3, lastAt: clock.now })
    })

    test('match is given what is known of the filters, and refuses the unit when that is too little', async () => {
      const { addWebhook, commit, event, store, organization } = the()
      const webhook = await addWebhook({ filter: 'data.total > 5' })
      const [judged, unjudged] = [event(), event()]
      const filtered = new Map([[judged.id, new Map([['data.total > 5', true]])]])
      const { accepts } = await commit(
        { accepts: [unitOf({ events: [unjudged] }), unitOf({ events: [judged], filtered })] },
        {
          match(asked, { filter }, known) {
            const passes = known?.get(asked.id)?.get(filter ?? '')
            if (passes === undefined) throw new FilterUnjudged('changed since')
            return passes
          },
        },
      )
      expect(accepts[0]).toMatchObject({ outcome: 'refused' })
      expect(accepts[0]?.outcome === 'refused' && accepts[0].error).toBeInstanceOf(FilterUnjudged)
      expect(accepted(accepts[1]!).leased.map(({ delivery }) => delivery.webhookId)).toEqual([webhook.id])
      expect(await store.events.get(organization.id, unjudged.id)).toBeNull()
    })

    test('a fault in matching refuses the unit it is about', async () => {
      const { addWebhook, commit, event } = the()
      await addWebhook()
      const poison = event()
      const { accepts } = await commit(
        { accepts: [unitOf({ events: [poison] }), unitOf({ events: [event()] })] },
        {
          match(asked) {
            if (asked.id === poison.id) throw new Error('a filter broke')
            return true
          },
        },
      )
      expect(accepts.map(({ outcome }) => outcome)).toEqual(['refused', 'accepted'])
    })
  })

  describe('a commit that fails', () => {
    test('writes nothing of the batch, and the next one finds the store as it was', async () => {
      const { addWebhook, commit, event, lease, store, organization } = the()
      const webhook = await addWebhook()
      const first = await lease()
      const [lost, told] = [event(), event()]
      const failing = commit(
        {
          accepts: [unitOf({ events: [lost] })],
          results: [{ deliveryId: first.delivery.id, fence: 1, report: okReport() }],
        },
        {
          settle: (facts) => ({
            ...plainDecisions.settle(facts),
            webhook: { ...facts.webhook, failureCount: 77 },
          }),
          announce: ({ after }) => ({ events: [told], telling: after.telling }),
          match(asked) {
            if (asked.id === told.id) throw new Problem('store_full', 'the disk is full')
            return true
          },
        },
      )
      await expect(failing).rejects.toThrow('the disk is full')
      expect(await store.events.get(organization.id, lost.id)).toBeNull()
      expect(await store.webhooks.get(organization.id, webhook.id)).toEqual(webhook)
      expect(await store.deliveries.attempts(organization.id, first.delivery.id)).toEqual([])
      expect(await deliveryNow(the(), first)).toMatchObject(first.delivery)
      expect((await the().settle(first, okReport())).webhook.failureCount).toBe(0)
    })

    test('also when admit throws', async () => {
      const { addWebhook, acceptUnit, event, store, organization } = the()
      await addWebhook()
      const lost = event()
      const failing = acceptUnit(
        { events: [lost] },
        {
          admit: () => {
            throw new Error('no lanes')
          },
        },
      )
      await expect(failing).rejects.toThrow('no lanes')
      expect(await store.events.get(organization.id, lost.id)).toBeNull()
    })
  })

  describe('once closed', () => {
    test('the store refuses everything, and a second close is safe', async () => {
      const { store, commit, organization, event } = the()
      await store.check()
      await store.close()
      await store.close()
      const problem = { code: 'store_unavailable' }
      await expect(store.check()).rejects.toMatchObject(problem)
      await expect(store.events.get(organization.id, event().id)).rejects.toMatchObject(problem)
      await expect(commit({ accepts: [unitOf({ events: [event()] })] })).rejects.toMatchObject(problem)
    })
  })
}
