import { describe, expect, test } from 'vitest'
import type { Event } from '../../core/event.ts'
import { LIMITS } from '../../core/limits.ts'
import type { Webhook, WebhookChange } from '../../core/webhook.ts'
import type { Decisions, Turn } from '../work.ts'
import { failedReport, plainDecisions } from './decisions.ts'
import { EVENT_TYPE, deliveryNow, resultOf, unitOf } from './world.ts'
import type { Subject, World } from './world.ts'

const NEWS = 'webhook.stopped'

/** One event for each webhook that an outcome stopped; `told` are those that were made. */
function newsOf({ event }: World): Pick<Decisions, 'announce'> & { told: Event[] } {
  const told: Event[] = []
  return {
    told,
    announce({ before, after }) {
      const { telling } = after
      if (before.status === after.status) return { events: [], telling }
      const news = event({ type: NEWS, body: Buffer.from(after.id) })
      told.push(news)
      return { events: [news], telling }
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

    test('is asked of each result that changed its webhook, in order, with what it carried', async () => {
      const { addWebhook, accept, event, commit, clock } = the()
      await addWebhook()
      const { leased } = await accept([event(), event(), event()])
      const results = leased.map((one) => ({
        ...resultOf(one, failedReport(500)),
        eventType: one.event.type,
      }))
      const asked: Turn[] = []
      const { announced, tellAt } = await commit(
        { results: [{ ...results[0]!, fence: 9 }, ...results] },
        {
          settle: (facts) =>
            facts.delivery.id === leased[1]!.delivery.id
              ? { ...plainDecisions.settle(facts), webhook: null }
              : plainDecisions.settle(facts),
          announce(turn) {
            asked.push(turn)
            return { events: [], telling: { ...turn.after.telling, unprompted: asked.length } }
          },
        },
      )
      expect([announced, tellAt]).toEqual([[], null])
      expect(
        asked.map(({ before, after, carried, now }) => [
          ...[before.failureCount, after.failureCount, after.telling.unprompted],
          ...[carried, now],
        ]),
      ).toEqual([
        [0, 1, 0, [EVENT_TYPE], clock.now],
        [1, 2, 1, [EVENT_TYPE], clock.now],
      ])
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
          announce(turn) {
            const { id, telling } = turn.after
            if (id === webhooks[1]!.id) throw new Error('a rule broke')
            return id === webhooks[2]!.id ? { events: [taken], telling } : announce(turn)
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

    test('remembers what was told and what was put off, with the result', async () => {
      const { addWebhook, lease, commit, store, clock } = the()
      const webhook = await addWebhook()
      const telling = putOffUntil(webhook, clock.now + 60_000)
      const { tellAt } = await commit(
        { results: [resultOf(await lease(), failedReport(500))] },
        { announce: () => ({ events: [], telling }) },
      )
      expect(tellAt).toBe(telling.dueAt)
      expect(await store.webhooks.byId(webhook.id)).toMatchObject({ telling, failureCount: 1 })
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

  describe('announcing what is due', () => {
    const quiet = plainDecisions

    test('asks of each webhook whose time has come, the longest due first, and says when the next is', async () => {
      const { addWebhook, clock, store } = the()
      const times = [3, 1, 2, 4].map((seconds) => clock.now + seconds * 1_000)
      const webhooks: Webhook[] = []
      for (const time of times) {
        const webhook = await addWebhook()
        webhooks.push(await the().change(webhook, (current) => changed(current, putOffUntil(current, time))))
      }
      const asked: Turn[] = []
      const due = await store.work.announceDue(
        {
          ...quiet,
          announce(turn) {
            asked.push(turn)
            return { events: [], telling: { ...turn.after.telling, dueAt: null } }
          },
        },
        times[0]!,
      )
      expect(asked.map(({ after, carried }) => [after.id, carried])).toEqual(
        [1, 2, 0].map((index) => [webhooks[index]!.id, null]),
      )
      expect(due).toEqual({ announced: [], nextDueAt: times[3] })
      expect(await store.work.announceDue(quiet, times[0]!)).toEqual({ announced: [], nextDueAt: times[3] })
    })

    test('accepts what is told, and leases none of it', async () => {
      const { addWebhook, clock, store, event, organization } = the()
      const webhook = await addWebhook()
      const listener = await addWebhook({ events: [NEWS] })
      await the().change(webhook, (current) => changed(current, putOffUntil(current, clock.now)))
      const news = event({ type: NEWS })
      const { announced, nextDueAt } = await store.work.announceDue(
        {
          ...quiet,
          announce: ({ after }) => ({ events: [news], telling: { ...after.telling, dueAt: null } }),
        },
        clock.now,
      )
      const [one] = announced
      expect(one?.events).toEqual([news])
      expect(one?.outcome).toMatchObject({
        ...{ outcome: 'accepted', deliveries: [1], leased: [] },
        waiting: [{ webhookId: listener.id }],
      })
      expect(nextDueAt).toBeNull()
      expect(await store.events.get(organization.id, news.id)).toEqual(news)
    })

    test('puts off what breaks, and does the rest', async () => {
      const { addWebhook, clock, store } = the()
      const [broken, fine] = [await addWebhook(), await addWebhook()]
      for (const webhook of [broken, fine]) {
        await the().change(webhook, (current) => changed(current, putOffUntil(current, clock.now)))
      }
      const { announced, nextDueAt } = await store.work.announceDue(
        {
          ...quiet,
          announce({ after }) {
            if (after.id === broken.id) throw new Error('a rule broke')
            return { events: [], telling: { ...after.telling, dueAt: null } }
          },
        },
        clock.now,
      )
      expect(announced).toMatchObject([
        { outcome: { outcome: 'refused', error: { message: 'a rule broke' } } },
      ])
      expect(nextDueAt).toBe(clock.now + LIMITS.faultWaitMs)
    })

    test('knows when events of some types were made of late, oldest first, no more than asked', async () => {
      const { addWebhook, addTenant, lease, accept, event, commit, clock } = the()
      await addWebhook()
      const { organization: stranger } = await addTenant('stranger')
      const at = (createdAt: number, type = NEWS) => event({ type, createdAt })
      clock.now += 600_000
      const now = clock.now
      await accept([
        at(now - 400_000),
        at(now - 300_000),
        at(now - 100_000),
        at(now - 200_000, 'other'),
        at(now, 'third'),
      ])
      await accept([{ ...at(now - 50_000), organizationId: stranger.id }])
      const times: number[][] = []
      await commit(
        { results: [resultOf(await lease(), failedReport(500))] },
        {
          announce({ after, timesOf }) {
            times.push(
              timesOf([NEWS, 'other'], now - 400_000, 10),
              timesOf([NEWS, 'other'], now - 400_000, 2),
            )
            return { events: [], telling: after.telling }
          },
        },
      )
      expect(times).toEqual([
        [now - 300_000, now - 200_000, now - 100_000],
        [now - 200_000, now - 100_000],
      ])
    })
  })
}

function putOffUntil({ telling }: Webhook, dueAt: number): Webhook['telling'] {
  return { ...telling, windowMs: 5, windowEndsAt: dueAt, dueAt, unprompted: 1 }
}

function changed(webhook: Webhook, telling: Webhook['telling']): WebhookChange {
  return { webhook: { ...webhook, telling }, waiting: [] }
}
