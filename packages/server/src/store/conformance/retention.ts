import { describe, expect, test } from 'vitest'
import { disable, remove } from '../../core/webhook.ts'
import { failedReport, okReport } from './decisions.ts'
import { deliveryNow } from './world.ts'
import type { Subject, World } from './world.ts'

const SLICES_MAX = 100

/** Sweeps in slices of `limit` until nothing is left; returns how many rows went. */
async function sweepAll(
  { store }: World,
  before: number,
  keysBefore: number,
  limit: number,
): Promise<number> {
  let removed = 0
  for (let slices = 0; slices < SLICES_MAX; slices += 1) {
    const count = await store.retention.sweep(before, keysBefore, limit)
    if (count === 0) return removed
    if (count > limit) throw new Error(`a slice of ${limit} took ${count} rows`)
    removed += count
  }
  throw new Error('the sweep does not end')
}

const page = { limit: 100, before: null }

export const describeRetention: Subject = (the) => {
  describe('the sweep', () => {
    test.each([1, 2, 500])('takes finished work and what hangs on it, %i rows at a time', async (limit) => {
      const { addWebhook, lease, settle, store, organization, clock } = the()
      await addWebhook({ retrySchedule: [] })
      const delivered = await lease()
      const exhausted = await lease()
      await settle(delivered, okReport())
      await settle(exhausted, failedReport(500))
      const ended = clock.now
      expect(await sweepAll(the(), ended, 0, limit)).toBe(0)
      expect(await sweepAll(the(), ended + 1, 0, limit)).toBe(6)
      expect((await store.deliveries.list(organization.id, {}, page)).rows).toEqual([])
      expect((await store.events.list(organization.id, {}, page)).rows).toEqual([])
      expect(await store.deliveries.attempts(organization.id, delivered.delivery.id)).toEqual([])
    })

    test('keeps a run for as long as it has been here, however long ago it ended elsewhere', async () => {
      const { store, organization, run, acceptUnit, clock } = the()
      const reported = run({
        status: 'SUCCEEDED',
        result: 'PASS',
        startedAt: 0,
        endedAt: 1,
        createdAt: clock.now,
      })
      await acceptUnit({ run: reported })
      expect(await sweepAll(the(), clock.now, 0, 500)).toBe(0)
      expect(await store.runs.get(organization.id, reported.id)).not.toBeNull()
      expect(await sweepAll(the(), clock.now + 1, 0, 500)).toBe(1)
      expect(await store.runs.get(organization.id, reported.id)).toBeNull()
    })

    test('never touches pending or held work, its attempts or its events', async () => {
      const { addWebhook, lease, settle, accept, store, organization, clock } = the()
      const webhook = await addWebhook()
      await settle(await lease(), failedReport(500))
      await accept(undefined, { admit: () => false })
      await lease()
      await store.webhooks.change(organization.id, webhook.id, (current) => ({
        ...disable(current, 1),
        waiting: [],
      }))
      await accept()
      const before = await store.deliveries.list(organization.id, {}, page)
      expect(before.rows.map(({ state }) => state)).toEqual(['held', 'pending', 'pending', 'pending'])
      expect(await sweepAll(the(), clock.now + 1e9, 0, 500)).toBe(0)
      expect(await store.deliveries.list(organization.id, {}, page)).toEqual(before)
      expect((await store.events.list(organization.id, {}, page)).rows).toHaveLength(4)
    })

    test('gives up what is held for too long, of webhooks that are stopped, and counts it', async () => {
      const { addWebhook, accept, lease, store, organization, clock } = the()
      const stopped = await addWebhook({ status: 'disabled' })
      const made = clock.now
      for (let count = 0; count < 3; count++) await accept()
      clock.now += 100
      await accept()
      const tally = async () => (await store.webhooks.tallies([stopped.id], 10)).get(stopped.id)
      const none = { count: 0, lastAt: null }
      expect(await tally()).toEqual({ held: 4, filteredOut: none, heldExpired: none })
      expect((await store.webhooks.tallies([stopped.id], 2)).get(stopped.id)).toMatchObject({ held: 2 })
      const live = await addWebhook()
      const leased = await lease()

      expect(await store.retention.expireHeld(made, clock.now, 500)).toEqual([])
      const expired = { organizationId: organization.id, webhookId: stopped.id }
      expect(await store.retention.expireHeld(clock.now, clock.now, 2)).toEqual([{ ...expired, count: 2 }])
      expect(await store.retention.expireHeld(clock.now, clock.now, 2)).toEqual([{ ...expired, count: 1 }])
      expect(await store.retention.expireHeld(clock.now, clock.now, 2)).toEqual([])
      expect(await tally()).toMatchObject({ heldExpired: { count: 3, lastAt: clock.now } })
      const { rows } = await store.deliveries.list(organization.id, { state: 'cancelled' }, page)
      expect(rows).toHaveLength(3)
      for (const row of rows)
        expect(row).toMatchObject({ webhookId: stopped.id, endedAt: clock.now, dueAt: null })
      expect(await deliveryNow(the(), leased)).toMatchObject({ state: 'pending', webhookId: live.id })
      // Then they go like all that has ended.
      expect(await sweepAll(the(), clock.now + 1, 0, 500)).toBeGreaterThanOrEqual(3)
    })

    test('leaves what was sent again by hand, from when it was asked for until it has ended', async () => {
      const { addWebhook, lease, settle, store, organization, clock, commit } = the()
      const webhook = await addWebhook({ retrySchedule: [] })
      const leased = await lease()
      await settle(leased, okReport())
      clock.now += 100
      await store.deliveries.resend(organization.id, leased.delivery.id, null, clock.now)
      // The one that was delivered goes, with its attempt; what sends it again stays.
      expect(await sweepAll(the(), clock.now, 0, 500)).toBe(2)
      const { claims } = await commit({ claims: [{ webhookId: webhook.id, limit: 1, bytesMax: 1e6 }] })
      expect(await sweepAll(the(), clock.now, 0, 500)).toBe(0)
      const [again] = claims[0]!.leased
      expect(again).toMatchObject({
        event: { id: leased.event.id },
        delivery: { resendOf: leased.delivery.id },
      })
      await settle(claims[0]!.leased[0]!, failedReport(500))
      expect(await sweepAll(the(), clock.now + 1, 0, 500)).toBe(3)
    })

    test('leaves an event that became owed again, and takes it with its last delivery', async () => {
      const { addWebhook, accept, event, store, organization, settle, clock, commit } = the()
      const sent = event()
      await accept([sent])
      const webhook = await addWebhook()
      const item = { eventId: sent.id, deliveryId: null, state: 'never' as const, fence: null }
      clock.now += 100
      expect(await store.deliveries.replay(webhook.id, [item], clock.now)).toBe(1)
      expect(await sweepAll(the(), clock.now, 0, 500)).toBe(0)
      const { claims } = await commit({ claims: [{ webhookId: webhook.id, limit: 1, bytesMax: 1e6 }] })
      await settle(claims[0]!.leased[0]!, okReport())
      expect(await sweepAll(the(), clock.now + 1, 0, 1)).toBe(3)
      expect(await store.events.get(organization.id, sent.id)).toBeNull()
    })

    test('takes a deleted webhook with the last that the log has of it, and no other', async () => {
      const { addWebhook, lease, settle, store, organization, clock } = the()
      const deleted = await addWebhook()
      const leased = await lease()
      await store.webhooks.change(organization.id, deleted.id, (row) => remove(row, clock.now))
      const kept = await addWebhook({ events: [] })
      const stopped = await addWebhook({ events: [], status: 'disabled' })
      clock.now += 10
      expect(await sweepAll(the(), clock.now, 0, 500)).toBe(0)
      expect(await store.webhooks.byId(deleted.id)).not.toBeNull()
      await settle(leased, failedReport(500))
      expect(await sweepAll(the(), clock.now - 10, 0, 500)).toBe(0)
      expect(await sweepAll(the(), clock.now + 1, 0, 1)).toBe(4)
      expect(await store.webhooks.byId(deleted.id)).toBeNull()
      expect(await store.webhooks.get(organization.id, kept.id)).toEqual(kept)
      expect(await store.webhooks.get(organization.id, stopped.id)).toEqual(stopped)
      // Whatever the engine gave the next one in its place.
      const next = await addWebhook()
      expect(await store.webhooks.byId(next.id)).toEqual(next)
      expect(await store.webhooks.byId(deleted.id)).toBeNull()
    })

    test('leaves an organization’s event types', async () => {
      const { store, organization, clock } = the()
      const type = {
        organizationId: organization.id,
        type: 'order.paid',
        description: '',
        schema: null,
        createdAt: clock.now,
        updatedAt: clock.now,
      }
      await store.eventTypes.create(type, null)
      expect(await sweepAll(the(), clock.now + 1e9, 0, 500)).toBe(0)
      expect(await store.eventTypes.get(organization.id, 'order.paid')).toEqual(type)
    })

    test('leaves an event while one of its deliveries is owed', async () => {
      const { addWebhook, accept, settle, store, organization, clock } = the()
      await addWebhook()
      await addWebhook()
      const { leased } = await accept()
      await settle(leased[0]!, okReport())
      expect(await sweepAll(the(), clock.now + 1, 0, 500)).toBe(2)
      expect((await store.events.list(organization.id, {}, page)).rows).toHaveLength(1)
      await settle(leased[1]!, okReport())
      expect(await sweepAll(the(), clock.now + 1, 0, 500)).toBe(3)
      expect((await store.events.list(organization.id, {}, page)).rows).toEqual([])
    })

    test('takes an event that nobody heard, and not a young one', async () => {
      const { accept, event, store, organization, clock } = the()
      await accept([event()])
      clock.now += 100
      const young = event()
      await accept([young])
      expect(await sweepAll(the(), clock.now, 0, 500)).toBe(1)
      expect((await store.events.list(organization.id, {}, page)).rows).toMatchObject([{ id: young.id }])
    })

    test('takes cancelled work once no attempt is in flight', async () => {
      const { addWebhook, lease, settle, store, organization, clock } = the()
      const webhook = await addWebhook()
      const leased = await lease()
      await store.webhooks.change(organization.id, webhook.id, (current) => remove(current, clock.now))
      clock.now += 10
      expect(await sweepAll(the(), clock.now, 0, 500)).toBe(0)
      await settle(leased, failedReport(500))
      // The webhook itself is the fourth.
      expect(await sweepAll(the(), clock.now, 0, 500)).toBe(4)
    })

    test('takes ended runs with what they judged, and not unfinished ones', async () => {
      const { acceptUnit, run, store, organization, clock } = the()
      const ended = run()
      const unfinished = run()
      await acceptUnit({ run: ended, submission: Buffer.from('{}') })
      await acceptUnit({ run: unfinished, submission: Buffer.from('{}') })
      await acceptUnit({ run: { ...ended, status: 'SUCCEEDED', result: 'PASS', endedAt: clock.now } })
      expect(await sweepAll(the(), clock.now, 0, 500)).toBe(0)
      expect(await sweepAll(the(), clock.now + 1, 0, 500)).toBe(1)
      expect(await store.runs.get(organization.id, ended.id)).toBeNull()
      expect(await store.runs.unfinished(10)).toHaveLength(1)
    })

    test('takes idempotency keys by a time of their own', async () => {
      const { acceptUnit, claim, clock } = the()
      await acceptUnit({ claim: claim({ key: 'old' }) })
      clock.now += 10
      await acceptUnit({ claim: claim({ key: 'young' }) })
      expect(await sweepAll(the(), 0, clock.now, 500)).toBe(1)
      const again = claim({ key: 'young', requestHash: 'b'.repeat(64) })
      expect(await acceptUnit({ claim: again })).toEqual({ outcome: 'conflict' })
      expect(await acceptUnit({ claim: { ...again, key: 'old' } })).toMatchObject({ outcome: 'accepted' })
    })
  })
}
