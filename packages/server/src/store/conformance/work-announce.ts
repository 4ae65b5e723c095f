import { describe, expect, test } from 'vitest'
import type { Event } from '../../core/event.ts'
import type { Webhook } from '../../core/webhook.ts'
import type { Decisions } from '../work.ts'
import { failedReport, okReport, plainDecisions } from './decisions.ts'
import { EVENT_TYPE, deliveryNow, resultOf, unitOf } from './world.ts'
import type { Subject, World } from './world.ts'

const NEWS = 'webhook.stopped'

/** One event for each webhook that an outcome stopped; `told` are those that were made. */
function newsOf({ event }: World): Pick<Decisions, 'announce'> & { told: Event[] } {
  const told: Event[] = []
  return {
    told,
    announce(before, after) {
      if (before.status === after.status) return []
      const news = event({ type: NEWS, body: Buffer.from(after.id) })
      told.push(news)
      return [news]
    },
  }
}

const listed = { limit: 50, before: null }

export const describeWorkAnnounce: Subject = (the) => {
  describe('announcing', () => {
    test('what an outcome made of a webhook is accepted with it', async () => {
      const { addWebhook, lease, commit, store, organization } = the()
      const stopped = await addWebhook()
      const listener = await addWebhook({ events: [NEWS] })
      const leased = await lease()
      const { told, announce } = newsOf(the())
      const { announced, results } = await commit(
        { results: [resultOf(leased, failedReport(410))] },
        { announce },
      )
      expect(results).toMatchObject([{ stale: false, stopped: true, webhook: { id: stopped.id } }])
      expect(announced).toMatchObject([
        {
          events: told,
          outcome: { outcome: 'accepted', deliveries: [1], waiting: [], targeted: [], fansOut: false },
        },
      ])
      const { outcome } = announced[0]!
      if (outcome.outcome !== 'accepted') throw outcome.error
      expect(outcome.leased.map(({ delivery, event }) => [delivery.webhookId, event])).toEqual([
        [listener.id, told[0]],
      ])
      expect(await deliveryNow(the(), outcome.leased[0]!)).toMatchObject({ state: 'pending', fence: 1 })
      expect(await store.events.get(organization.id, told[0]!.id)).toEqual(told[0])
    })

    test('is asked of each result that changed its webhook, in order, and of no other', async () => {
      const { addWebhook, accept, event, commit, clock } = the()
      await addWebhook()
      const { leased } = await accept([event(), event(), event()])
      const stale = { ...resultOf(leased[0]!, okReport()), fence: 9 }
      const asked: [Webhook, Webhook, number][] = []
      const { results, announced } = await commit(
        { results: [stale, ...leased.map((one) => resultOf(one, failedReport(500)))] },
        {
          settle: (facts) =>
            facts.delivery.id === leased[1]!.delivery.id
              ? { ...plainDecisions.settle(facts), webhook: null }
              : plainDecisions.settle(facts),
          announce(before, after, now) {
            asked.push([before, after, now])
            return []
          },
        },
      )
      expect(announced).toEqual([])
      expect(asked.map(([before, after, now]) => [before.failureCount, after.failureCount, now])).toEqual([
        [0, 1, clock.now],
        [1, 2, clock.now],
      ])
      const last = results[3]!
      expect(asked[1]?.[1]).toEqual(last.stale ? null : last.webhook)
    })

    test('finds webhooks as the results have left them', async () => {
      const { addWebhook, accept, commit, event, store } = the()
      const events = [EVENT_TYPE, NEWS]
      const [first, second] = [await addWebhook({ events }), await addWebhook({ events })]
      const { leased } = await accept()
      const { announce } = newsOf(the())
      const { accepts, announced } = await commit(
        {
          // Heard of while they were live, in the same commit.
          accepts: [unitOf({ events: [event({ type: NEWS })] })],
          results: leased.map((one) => resultOf(one, failedReport(410))),
        },
        { announce, admit: () => false },
      )
      expect(accepts).toMatchObject([{ deliveries: [2], waiting: [{}, {}] }])
      expect(announced.map(({ outcome }) => outcome)).toMatchObject([
        { outcome: 'accepted', deliveries: [2], leased: [], waiting: [] },
        { outcome: 'accepted', deliveries: [2], leased: [], waiting: [] },
      ])
      // The delivery that stopped it, and three pieces of news.
      expect(await store.webhooks.countHeld(first.id)).toBe(4)
      expect(await store.webhooks.countHeld(second.id)).toBe(4)
    })

    test('what cannot be announced is refused alone: the results stand, and nobody is asked twice', async () => {
      const { addWebhook, accept, commit, store, organization, event } = the()
      const webhooks = [await addWebhook(), await addWebhook(), await addWebhook(), await addWebhook()]
      await addWebhook({ events: [NEWS] })
      const { leased } = await accept()
      const taken = event({ type: NEWS })
      await accept([taken])
      const { told, announce } = newsOf(the())
      let admissions = 0
      const { results, announced } = await commit(
        { results: leased.map((one) => resultOf(one, failedReport(410))) },
        {
          announce(before, after, now) {
            if (after.id === webhooks[1]!.id) throw new Error('a rule broke')
            return after.id === webhooks[2]!.id ? [taken] : announce(before, after, now)
          },
          admit() {
            admissions += 1
            return true
          },
        },
      )
      expect(results.map(({ stale }) => stale)).toEqual([false, false, false, false])
      expect(announced.map(({ outcome }) => outcome.outcome)).toEqual([
        'accepted',
        'refused',
        'refused',
        'accepted',
      ])
      expect(announced[1]).toMatchObject({ events: [], outcome: { error: { message: 'a rule broke' } } })
      expect(announced[2]?.events).toEqual([taken])
      expect(admissions).toBe(2)
      for (const { id } of webhooks) {
        expect(await store.webhooks.byId(id)).toMatchObject({ status: 'disabled_gone' })
      }
      const { rows } = await store.events.list(organization.id, { type: NEWS }, listed)
      const kept = announced.flatMap(({ events, outcome }) => (outcome.outcome === 'accepted' ? events : []))
      expect(rows.map(({ id }) => id).sort()).toEqual([taken, ...kept].map(({ id }) => id).sort())
      expect(told.length).toBeGreaterThanOrEqual(2)
    })

    test('goes to nobody of another tenant', async () => {
      const { addWebhook, addTenant, lease, commit } = the()
      const { organization: stranger } = await addTenant('stranger')
      await addWebhook()
      await addWebhook({ organizationId: stranger.id, events: [NEWS] })
      const leased = await lease()
      const { announce } = newsOf(the())
      const { announced } = await commit({ results: [resultOf(leased, failedReport(410))] }, { announce })
      expect(announced).toMatchObject([{ outcome: { outcome: 'accepted', deliveries: [0] } }])
    })
  })
}
