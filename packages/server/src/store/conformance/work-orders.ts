import { describe, expect, test } from 'vitest'
import { LIMITS } from '../../core/limits.ts'
import { disable, enable } from '../../core/webhook.ts'
import type { Webhook, WebhookChange } from '../../core/webhook.ts'
import { failedReport, okReport, plainDecisions } from './decisions.ts'
import { MOVE_ROWS_PER_SLICE, accepted, deliveryNow, resultOf } from './world.ts'
import type { Subject } from './world.ts'

const MANY = 2 * MOVE_ROWS_PER_SLICE + 5
const blocked = { state: 'pending', dueAt: null, leasedAt: null }

/** The order of a webhook changes: what waits for its turn does so no longer. */
function reorder(current: Webhook, ordering: Webhook['ordering']): WebhookChange {
  return { webhook: { ...current, ordering }, waiting: ['unorder'] }
}

export const describeWorkOrders: Subject = (the) => {
  describe('strict order', () => {
    test('of a webhook: one at a time, in the order of acceptance', async () => {
      const { addWebhook, accept, event, settle, claimDue, store, clock } = the()
      const webhook = await addWebhook({ ordering: 'webhook' })
      let admissions = 0
      const sent = [event({ key: 'a' }), event(), event({ key: 'b' })]
      const outcome = await accept(sent, { admit: () => (admissions += 1) > 0 })
      expect(outcome).toMatchObject({ deliveries: [1, 1, 1], waiting: [] })
      expect(outcome.leased.map(({ event: { id } }) => id)).toEqual([sent[0]!.id])
      expect(admissions).toBe(1)
      expect(await store.work.lanes()).toEqual([])
      expect(await claimDue(webhook)).toMatchObject({ leased: [], nextDueAt: null })

      let [head] = outcome.leased
      for (const next of sent.slice(1)) {
        clock.now += 10
        expect(await settle(head!, okReport())).toMatchObject({ unblocked: true })
        expect(await store.work.lanes()).toMatchObject([{ webhookId: webhook.id, nextDueAt: clock.now }])
        const { leased, nextDueAt } = await claimDue(webhook)
        expect(leased.map(({ event: { id } }) => id)).toEqual([next.id])
        expect(nextDueAt).toBeNull()
        head = leased[0]
      }
      expect(await settle(head!, okReport())).toMatchObject({ unblocked: false })
    })

    test('of a key: each key by itself, and events without one in no order', async () => {
      const { addWebhook, accept, event } = the()
      await addWebhook({ ordering: 'key' })
      const keys = ['a', 'b', 'a', null, null, 'b', '']
      const { leased } = await accept(keys.map((key) => event({ key })))
      expect(leased.map(({ event: { key }, delivery }) => [key, delivery.orderKey])).toEqual([
        ['a', 'a'],
        ['b', 'b'],
        [null, null],
        [null, null],
        ['', ''],
      ])
    })

    test('is of one webhook: another that hears the same does not wait', async () => {
      const { addWebhook, accept, event } = the()
      const [one, two] = [
        await addWebhook({ ordering: 'webhook' }),
        await addWebhook({ ordering: 'webhook' }),
      ]
      const free = await addWebhook()
      const { leased } = await accept([event(), event()])
      expect(leased.map(({ delivery }) => delivery.webhookId)).toEqual([one.id, two.id, free.id, free.id])
    })

    test('what waits for its turn is stored as such, and named by nobody', async () => {
      const { addWebhook, accept, event, store, organization } = the()
      await addWebhook({ ordering: 'webhook' })
      const first = await accept([event()], { admit: () => false })
      expect(first.waiting).toHaveLength(1)
      expect(await accept([event()])).toMatchObject({ deliveries: [1], leased: [], waiting: [] })
      const { rows } = await store.deliveries.list(organization.id, {}, { limit: 2, before: null })
      expect(rows[0]).toMatchObject({ ...blocked, orderKey: '', fence: 0, blockedBy: rows[1]?.id })
    })

    test('a retry keeps its place; being used up gives it free', async () => {
      const { addWebhook, accept, event, settle, claimDue, clock } = the()
      const webhook = await addWebhook({ ordering: 'webhook', retrySchedule: [60] })
      const { leased } = await accept([event(), event()])
      const failed = await settle(leased[0]!, failedReport(500))
      expect(failed).toMatchObject({ unblocked: false, delivery: { state: 'pending' } })
      expect(await claimDue(webhook)).toMatchObject({ leased: [], nextDueAt: clock.now + 60_000 })
      clock.now += 60_000
      const [again] = (await claimDue(webhook)).leased
      expect(again?.delivery.id).toBe(leased[0]?.delivery.id)
      expect(await settle(again!, failedReport(500))).toMatchObject({ unblocked: true })
      expect((await claimDue(webhook)).leased).toHaveLength(1)
    })

    test('a lease that is given back keeps its place', async () => {
      const { addWebhook, accept, event, commit, claimDue } = the()
      const webhook = await addWebhook({ ordering: 'webhook' })
      const { leased } = await accept([event(), event()])
      const { id, fence } = leased[0]!.delivery
      await commit({ releases: [{ deliveryId: id, fence }] })
      expect((await claimDue(webhook)).leased.map(({ delivery }) => delivery.id)).toEqual([id])
    })

    test('a delivery that could not be settled keeps its place', async () => {
      const { addWebhook, accept, event, commit, claimDue, clock } = the()
      const webhook = await addWebhook({ ordering: 'webhook' })
      const { leased } = await accept([event(), event()])
      await commit(
        { results: [resultOf(leased[0]!, okReport())] },
        {
          settle: () => {
            throw new Error('a rule broke')
          },
        },
      )
      expect(await claimDue(webhook)).toMatchObject({ leased: [], nextDueAt: clock.now + LIMITS.faultWaitMs })
    })

    test('tests go past it', async () => {
      const { addWebhook, accept, acceptUnit, event, settle } = the()
      const webhook = await addWebhook({ ordering: 'webhook' })
      await accept([event()])
      const target = { webhookId: webhook.id, kind: 'test' as const }
      const { leased } = accepted(await acceptUnit({ events: [event(), event()], target }))
      expect(leased.map(({ delivery }) => delivery.orderKey)).toEqual([null, null])
      expect(await settle(leased[0]!, okReport())).toMatchObject({ unblocked: false })
    })

    test('what sends another again stands outside the order, and lets nobody go', async () => {
      const { addWebhook, accept, event, settle, claimDue, store, organization, clock } = the()
      const webhook = await addWebhook({ ordering: 'webhook' })
      const { leased } = await accept([event(), event(), event()])
      await settle(leased[0]!, okReport())
      const [second] = (await claimDue(webhook)).leased
      await store.deliveries.resend(organization.id, leased[0]!.delivery.id, null, clock.now)
      const [again] = (await claimDue(webhook)).leased
      expect(again?.delivery).toMatchObject({ resendOf: leased[0]?.delivery.id, orderKey: null })
      expect(await settle(again!, okReport())).toMatchObject({ unblocked: false })
      expect(await settle(second!, okReport())).toMatchObject({ unblocked: true })
    })
  })

  describe('strict order and a stop', () => {
    test('the result that stops a webhook sets nobody going', async () => {
      const { addWebhook, accept, event, settle, store, organization } = the()
      await addWebhook({ ordering: 'webhook', retrySchedule: [] })
      const { leased } = await accept([event(), event()])
      const outcome = await settle(leased[0]!, failedReport(410))
      expect(outcome).toMatchObject({ stopped: true, unblocked: false, delivery: { state: 'exhausted' } })
      const { rows } = await store.deliveries.list(organization.id, {}, { limit: 1, before: null })
      expect(rows).toMatchObject([{ state: 'held', dueAt: null }])
    })

    test('send: the first of each line is due, the others wait as before', async () => {
      const { addWebhook, accept, event, change, clock, moveAll, claimDue, store, organization } = the()
      const webhook = await addWebhook({ ordering: 'key', status: 'disabled' })
      const keys = Array.from({ length: MANY }, (_, index) => ['a', 'b', null][index % 3] ?? null)
      await accept(keys.map((key) => event({ key })))
      await change(webhook, (current) => enable(current, 'send', clock.now))
      // Born behind what is still held.
      const late = await accept([event({ key: 'a' }), event({ key: 'c' })])
      expect(late.leased.map(({ event: { key } }) => key)).toEqual(['c'])
      await moveAll()
      const { rows } = await store.deliveries.list(organization.id, {}, { limit: 100, before: null })
      const due = rows.filter(({ dueAt, leasedAt }) => dueAt !== null && leasedAt === null)
      const unordered = keys.filter((key) => key === null).length
      expect(rows.every(({ state }) => state === 'pending')).toBe(true)
      expect(due.map(({ orderKey }) => orderKey).sort()).toEqual(
        ['a', 'b', ...Array.from({ length: unordered }, () => null)].sort(),
      )
      const firsts = (await claimDue(webhook, { limit: 100 })).leased
      expect(firsts.slice(0, 2).map(({ event: { key } }) => key)).toEqual(['a', 'b'])
      expect(firsts.slice(0, 2).map(({ delivery }) => delivery.id)).toEqual(
        rows
          .slice(-2)
          .map(({ id }) => id)
          .reverse(),
      )
    })

    test('drop: what was born behind the dropped is due', async () => {
      const { addWebhook, accept, event, change, clock, moveAll, claimDue } = the()
      const webhook = await addWebhook({ ordering: 'webhook' })
      const { leased } = await accept(Array.from({ length: MANY }, () => event()))
      await change(webhook, (current) => disable(current, clock.now))
      await change(webhook, (current) => enable(current, 'drop', clock.now))
      const late = [event(), event()]
      expect((await accept(late)).leased).toEqual([])
      await moveAll()
      expect(await deliveryNow(the(), leased[0]!)).toMatchObject({ state: 'cancelled' })
      const { leased: next } = await claimDue(webhook)
      expect(next.map(({ event: { id } }) => id)).toEqual([late[0]!.id])
    })
  })

  describe('an order that is given up', () => {
    test('sets everything of it going, slice by slice', async () => {
      const { addWebhook, accept, event, change, moveAll, claimDue, clock } = the()
      const webhook = await addWebhook({ ordering: 'webhook' })
      const { leased } = await accept(Array.from({ length: MANY }, () => event()))
      clock.now += 7
      await change(webhook, (current) => reorder(current, null))
      expect((await claimDue(webhook, { limit: 100 })).leased.length).toBeLessThan(MANY - 1)
      expect(await moveAll()).toBe(2)
      await claimDue(webhook, { limit: 100 })
      expect(await claimDue(webhook)).toMatchObject({ leased: [], nextDueAt: null })
      expect(await deliveryNow(the(), leased[0]!)).toMatchObject({
        orderKey: null,
        leasedAt: leased[0]!.delivery.leasedAt,
      })
    })

    test('for another one: what is born in that stands behind its own kind only', async () => {
      const { addWebhook, accept, event, change, moveAll } = the()
      const webhook = await addWebhook({ ordering: 'webhook' })
      await accept(Array.from({ length: MANY }, () => event({ key: 'a' })))
      await change(webhook, (current) => reorder(current, 'key'))
      const { leased } = await accept([event({ key: 'a' }), event({ key: 'a' })])
      expect(leased).toHaveLength(1)
      await moveAll()
      expect(await deliveryNow(the(), leased[0]!)).toMatchObject({ orderKey: 'a' })
    })

    test('and taken up again: what was born behind the old ones is set going with them', async () => {
      const { addWebhook, accept, event, change, moveAll, store, organization } = the()
      const webhook = await addWebhook({ ordering: 'key' })
      await accept(Array.from({ length: MANY }, () => event({ key: 'a' })))
      await change(webhook, (current) => reorder(current, null))
      await change(webhook, (current) => ({ ...reorder(current, 'key'), waiting: [] }))
      expect(await accept([event({ key: 'a' }), event({ key: 'a' })])).toMatchObject({ leased: [] })
      await moveAll()
      const { rows } = await store.deliveries.list(organization.id, {}, { limit: 3, before: null })
      expect(rows).toMatchObject([
        { ...blocked, orderKey: 'a', blockedBy: rows[1]?.id },
        { state: 'pending', orderKey: 'a', blockedBy: null },
        { state: 'pending', orderKey: null },
      ])
      expect(rows.map(({ dueAt }) => dueAt !== null)).toEqual([false, true, true])
    })

    test('leaves what is held where it is', async () => {
      const { addWebhook, accept, event, change, clock, store } = the()
      const webhook = await addWebhook({ ordering: 'webhook', status: 'disabled' })
      await accept([event(), event()])
      await change(webhook, (current) => reorder(current, null))
      expect(await store.webhooks.countHeld(webhook.id)).toBe(2)
      expect(await store.work.lanes()).toEqual([])
      await change(webhook, (current) => enable(current, 'send', clock.now))
      expect(await store.work.lanes()).toMatchObject([{ webhookId: webhook.id }])
    })
  })

  test('a cut-off attempt keeps its place in its order', async () => {
    const { addWebhook, accept, event, store, claimDue } = the()
    const webhook = await addWebhook({ ordering: 'webhook' })
    const { leased } = await accept([event(), event()])
    await store.work.recover(plainDecisions)
    expect((await claimDue(webhook)).leased.map(({ delivery }) => delivery.id)).toEqual([
      leased[0]!.delivery.id,
    ])
  })
}
