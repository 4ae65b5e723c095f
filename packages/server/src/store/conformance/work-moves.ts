import { describe, expect, test } from 'vitest'
import { Problem } from '../../core/errors.ts'
import { LIMITS } from '../../core/limits.ts'
import { disable, enable, pause, remove } from '../../core/webhook.ts'
import type { Webhook } from '../../core/webhook.ts'
import type { DeliveryRow } from '../store.ts'
import { failedReport, okReport } from './decisions.ts'
import { MOVE_ROWS_PER_SLICE, deliveryNow, resultOf, settled } from './world.ts'
import type { Subject, World } from './world.ts'

const noRoom = { admit: () => false }
/** Three slices. */
const MANY = 2 * MOVE_ROWS_PER_SLICE + 5

/** A webhook with `count` deliveries that wait in the store. */
async function addBacklog({ addWebhook, accept, event }: World, count = MANY): Promise<Webhook> {
  const webhook = await addWebhook()
  await accept(
    Array.from({ length: count }, () => event()),
    noRoom,
  )
  return webhook
}

async function listAll({ store, organization }: World, webhook: Webhook): Promise<DeliveryRow[]> {
  const { rows } = await store.deliveries.list(
    organization.id,
    { webhookId: webhook.id },
    { limit: 1_000, before: null },
  )
  return rows
}

async function countStates(world: World, webhook: Webhook): Promise<Record<string, number>> {
  const rows = await listAll(world, webhook)
  const counts: Record<string, number> = {}
  for (const { state } of rows) counts[state] = (counts[state] ?? 0) + 1
  return counts
}

export const describeWorkMoves: Subject = (the) => {
  describe('a change that concerns many deliveries', () => {
    test('is made slice by slice, the first of them with the change', async () => {
      const { change, clock, store, organization } = the()
      const webhook = await addBacklog(the())
      await change(webhook, (current) => disable(current, clock.now))
      expect(await countStates(the(), webhook)).toEqual({ held: 10, pending: 15 })
      const lane = { webhookId: webhook.id, organizationId: organization.id }
      expect(await store.work.moveWaiting()).toEqual({ ...lane, done: false })
      expect(await countStates(the(), webhook)).toEqual({ held: 20, pending: 5 })
      expect(await store.work.moveWaiting()).toEqual({ ...lane, done: true })
      expect(await store.work.moveWaiting()).toBeNull()
      expect(await countStates(the(), webhook)).toEqual({ held: MANY })
    })

    test('leaves nothing to do when there are few', async () => {
      const { change, clock, store } = the()
      const webhook = await addBacklog(the(), 3)
      await change(webhook, (current) => disable(current, clock.now))
      await change(webhook, (current) => enable(current, 'drop', clock.now))
      expect(await countStates(the(), webhook)).toEqual({ cancelled: 3 })
      expect(await store.work.moveWaiting()).toBeNull()
    })

    test('everything that is sent is due at the time of the change', async () => {
      const { change, clock, moveAll } = the()
      const webhook = await addBacklog(the())
      await change(webhook, (current) => disable(current, clock.now))
      await moveAll()
      clock.now += 60_000
      const changedAt = clock.now
      await change(webhook, (current) => enable(current, 'send', clock.now))
      clock.now += 5_000
      expect(await moveAll()).toBe(2)
      const rows = await listAll(the(), webhook)
      expect(new Set(rows.map(({ state, dueAt }) => `${state} ${dueAt}`))).toEqual(
        new Set([`pending ${changedAt}`]),
      )
    })

    test('touches nothing that was born after it', async () => {
      const { change, clock, moveAll, accept, event } = the()
      const webhook = await addBacklog(the())
      await change(webhook, (current) => disable(current, clock.now))
      await change(webhook, (current) => enable(current, 'drop', clock.now))
      await accept([event(), event()], noRoom)
      await change(webhook, (current) => disable(current, clock.now))
      await accept([event()])
      await moveAll()
      expect(await countStates(the(), webhook)).toEqual({ cancelled: MANY, held: 3 })
    })

    test('webhooks take turns', async () => {
      const { addWebhook, accept, event, change, clock, store } = the()
      const webhooks = [await addWebhook(), await addWebhook()]
      await accept(
        Array.from({ length: MANY }, () => event()),
        noRoom,
      )
      for (const webhook of webhooks) await change(webhook, (current) => disable(current, clock.now))
      const turns: string[] = []
      for (let progress = await store.work.moveWaiting(); progress !== null;) {
        turns.push(progress.webhookId)
        progress = await store.work.moveWaiting()
      }
      const [one, two] = webhooks.map(({ id }) => id)
      expect(turns).toEqual([one, two, one, two])
    })

    test('cannot be asked for without end, but a stop is never refused', async () => {
      const { change, clock, moveAll } = the()
      const webhook = await addBacklog(the(), 200)
      const stop = () => change(webhook, (current) => disable(current, clock.now))
      const start = () => change(webhook, (current) => enable(current, 'send', clock.now))
      for (let moves = 0; moves < LIMITS.movesWaitingMax; moves += 2) {
        await stop()
        await start()
      }
      await stop()
      await expect(start()).rejects.toMatchObject({ code: 'overloaded' })
      expect((await change(webhook, (current) => ({ webhook: current, waiting: [] }))).status).toBe(
        'disabled',
      )
      await change(webhook, (current) => remove(current, clock.now))
      await moveAll()
      expect(await countStates(the(), webhook)).toEqual({ cancelled: 200 })
    })
  })

  describe('a stop that comes to nothing', () => {
    test('moves nothing and holds nothing back', async () => {
      const { addWebhook, accept, event, commit, claimDue, store, change, clock } = the()
      const webhook = await addWebhook()
      const { leased } = await accept(Array.from({ length: MANY }, () => event()))
      const releases = leased
        .slice(1)
        .map(({ delivery: { id: deliveryId, fence } }) => ({ deliveryId, fence }))
      await commit({ releases })
      const failing = commit(
        { results: [resultOf(leased[0]!, failedReport(410))] },
        {
          announce: () => {
            throw new Problem('store_full', 'the disk is full')
          },
        },
      )
      await expect(failing).rejects.toThrow('the disk is full')
      expect(await store.work.moveWaiting()).toBeNull()
      expect((await claimDue(webhook, { limit: 100 })).leased).toHaveLength(MANY - 1)
      await change(webhook, (current) => disable(current, clock.now))
      expect(await store.work.moveWaiting()).toMatchObject({ webhookId: webhook.id })
    })
  })

  describe('while a webhook waits for what stopped it', () => {
    /** Stopped and started again before the first move is done. */
    async function restarted(held: 'send' | 'drop', stop = disable): Promise<Webhook> {
      const { change, clock } = the()
      const webhook = await addBacklog(the())
      await change(webhook, (current) => stop(current, clock.now))
      return change(webhook, (current) => enable(current, held, clock.now))
    }

    // The hold has five deliveries left to do, the drop all of them.
    test.each([
      ['send', 1],
      ['drop', 4],
    ] as const)('nothing of it starts, and nothing is born leased: %s', async (held, slices) => {
      const { store, claimDue, accept, event } = the()
      const webhook = await restarted(held)
      for (let slice = 0; slice < slices; slice += 1) {
        expect(await claimDue(webhook)).toEqual({ webhookId: webhook.id, leased: [], nextDueAt: null })
        const born = await accept([event()], {
          admit: () => {
            throw new Error('asked about a webhook that is held back')
          },
        })
        expect(born).toMatchObject({ leased: [], waiting: [{ webhookId: webhook.id }] })
        expect(await store.work.moveWaiting()).toMatchObject({ webhookId: webhook.id })
      }
      expect((await claimDue(webhook)).leased.length).toBeGreaterThan(0)
      expect((await accept()).leased).toHaveLength(1)
    })

    test('send: in the end everything is due, once', async () => {
      const { moveAll, claimDue, accept } = the()
      const webhook = await restarted('send', pause)
      await accept()
      await moveAll()
      const { leased } = await claimDue(webhook, { limit: 100 })
      expect(leased).toHaveLength(MANY + 1)
      expect(new Set(leased.map(({ delivery }) => delivery.id)).size).toBe(MANY + 1)
      expect((await claimDue(webhook)).leased).toEqual([])
    })

    test('drop: what was held is cancelled, what came after is due', async () => {
      const { moveAll, claimDue, accept } = the()
      const webhook = await restarted('drop')
      await accept()
      await moveAll()
      expect(await countStates(the(), webhook)).toEqual({ cancelled: MANY, pending: 1 })
      expect((await claimDue(webhook, { limit: 100 })).leased).toHaveLength(1)
    })

    test('deleting it in the middle of sending cancels everything', async () => {
      const { moveAll, change, clock, store, claimDue } = the()
      const webhook = await restarted('send')
      await store.work.moveWaiting()
      await store.work.moveWaiting()
      await store.work.moveWaiting()
      expect((await countStates(the(), webhook))['pending']).toBeGreaterThan(0)
      await change(webhook, (current) => remove(current, clock.now))
      expect((await claimDue(webhook)).leased).toEqual([])
      await moveAll()
      expect(await countStates(the(), webhook)).toEqual({ cancelled: MANY })
    })

    test('sending does not hold it back: what is due already may start', async () => {
      const { change, clock, moveAll, claimDue, accept } = the()
      const webhook = await addBacklog(the())
      await change(webhook, (current) => disable(current, clock.now))
      await moveAll()
      await change(webhook, (current) => enable(current, 'send', clock.now))
      expect((await claimDue(webhook, { limit: 100 })).leased).toHaveLength(MOVE_ROWS_PER_SLICE)
      expect((await accept()).leased).toHaveLength(1)
    })
  })

  describe('an attempt that a stop overtakes', () => {
    test('is settled as the webhook is, whether its delivery was moved or not', async () => {
      const { addWebhook, accept, event, change, clock, commit, moveAll } = the()
      const webhook = await addWebhook()
      const { leased } = await accept(Array.from({ length: MANY }, () => event()))
      await change(webhook, (current) => disable(current, clock.now))
      const [moved, waiting] = [leased[0]!, leased.at(-1)!]
      expect((await deliveryNow(the(), moved)).state).toBe('held')
      expect((await deliveryNow(the(), waiting)).state).toBe('pending')
      const { results } = await commit({
        results: [resultOf(moved, failedReport(500)), resultOf(waiting, failedReport(500))],
      })
      expect(results.map((result) => settled(result).delivery.attemptCount)).toEqual([1, 1])
      await moveAll()
      for (const one of leased) {
        const { state, dueAt, leasedAt } = await deliveryNow(the(), one)
        const inFlight = one !== moved && one !== waiting
        expect([state, dueAt, leasedAt]).toEqual(['held', null, inFlight ? one.delivery.leasedAt : null])
      }
    })

    test('and that caused the stop leaves its delivery held, however many are moved', async () => {
      const { addWebhook, accept, event, settle, moveAll, store } = the()
      const webhook = await addWebhook()
      const { leased } = await accept(Array.from({ length: MANY }, () => event()))
      const stopper = leased.at(-1)!
      const outcome = await settle(stopper, failedReport(410))
      expect(outcome).toMatchObject({
        stopped: true,
        delivery: { state: 'held', dueAt: null, leasedAt: null },
      })
      expect(await deliveryNow(the(), stopper)).toMatchObject({ state: 'held', dueAt: null, leasedAt: null })
      expect(await moveAll()).toBe(2)
      expect(await store.webhooks.countHeld(webhook.id)).toBe(MANY)
    })
  })

  describe('what is to be sent again', () => {
    /** `count` delivered deliveries, each of which is to be sent again. */
    async function resent(count: number) {
      const { addWebhook, accept, event, commit, store, organization, clock } = the()
      const webhook = await addWebhook()
      const { leased } = await accept(Array.from({ length: count }, () => event()))
      await commit({ results: leased.map((one) => resultOf(one, okReport())) })
      for (const { delivery } of leased) {
        await store.deliveries.resend(organization.id, delivery.id, null, clock.now)
      }
      return { webhook, leased }
    }

    test.each([
      ['stopped', 'held', disable],
      ['deleted', 'cancelled', remove],
    ])('is like all that is owed when its webhook is %s', async (_how, state, stop) => {
      const { change, clock, moveAll, store } = the()
      const { webhook } = await resent(MANY)
      expect(await store.work.lanes()).toMatchObject([{ webhookId: webhook.id }])
      await change(webhook, (current) => stop(current, clock.now))
      expect(await moveAll()).toBeGreaterThan(0)
      const rows = await listAll(the(), webhook)
      const found = rows.map(
        (row) => `${row.state} ${row.resendOf === null ? 'first' : 'again'} ${row.dueAt}`,
      )
      expect(new Set(found)).toEqual(new Set(['delivered first null', `${state} again null`]))
      expect(await store.work.lanes()).toEqual([])
    })

    test('is still due when its lease is given back', async () => {
      const { claimDue, commit } = the()
      const { webhook } = await resent(1)
      const [again] = (await claimDue(webhook)).leased
      await commit({ releases: [{ deliveryId: again!.delivery.id, fence: again!.delivery.fence }] })
      expect((await claimDue(webhook)).leased).toMatchObject([{ delivery: { id: again!.delivery.id } }])
    })
  })
}
