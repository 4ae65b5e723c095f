import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { DeliveryState } from '../../core/delivery.ts'
import { Problem } from '../../core/errors.ts'
import { disable, enable, isLive, pause } from '../../core/webhook.ts'
import type { Webhook } from '../../core/webhook.ts'
import type { Subject, World } from './world.ts'

const HISTORIES = 25
const STEPS_MAX = 40
/** Two of them are more than a slice. */
const BORN_AT_ONCE = 7
/** Made in the commit of their events even by an engine that makes few there. */
const BORN_FEW = 2

const STEPS = ['birth', 'birth', 'few births', 'slice', 'bear', 'disable', 'pause', 'send', 'drop'] as const
type Step = (typeof STEPS)[number]

/** Takes one step; `states` is what the deliveries come to if every change moves all of them at once. */
async function take(world: World, webhook: Webhook, step: Step, states: DeliveryState[]): Promise<void> {
  const { accept, event, store, change, clock } = world
  const now = await store.webhooks.byId(webhook.id)
  const live = now !== null && isLive(now)
  clock.now += 1
  switch (step) {
    case 'birth':
    case 'few births': {
      const events = Array.from({ length: step === 'birth' ? BORN_AT_ONCE : BORN_FEW }, () =>
        event({ type: typeOf(webhook) }),
      )
      await accept(events, { admit: () => false })
      states.push(...events.map((): DeliveryState => (live ? 'pending' : 'held')))
      return
    }
    case 'slice':
      await store.work.moveWaiting()
      return
    case 'bear':
      await store.work.bearWaiting()
      return
    case 'disable':
    case 'pause':
      await change(webhook, (current) => (step === 'pause' ? pause : disable)(current, clock.now))
      if (live) replace(states, 'pending', 'held')
      return
    case 'send':
    case 'drop':
      try {
        await change(webhook, (current) => enable(current, step, clock.now))
      } catch (error) {
        // Too many moves wait: nothing was changed.
        if (error instanceof Problem && error.code === 'overloaded') return
        throw error
      }
      replace(states, 'held', step === 'send' ? 'pending' : 'cancelled')
  }
}

function replace(states: DeliveryState[], from: DeliveryState, to: DeliveryState): void {
  states.forEach((state, index) => {
    if (state === from) states[index] = to
  })
}

/** Events that this webhook alone hears. */
function typeOf(webhook: Webhook): string {
  return `of.${webhook.id}`
}

export const describeMoveHistories: Subject = (the) => {
  test('moves in slices come to the same as moves at once, whatever comes between', async () => {
    const { ids, addWebhook, bearAll, moveAll, store, organization, claimDue } = the()
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.constantFrom(...STEPS), { maxLength: STEPS_MAX, size: 'max' }),
        async (steps) => {
          const id = ids.make('webhook')
          const webhook = await addWebhook({ id, events: [`of.${id}`] })
          const states: DeliveryState[] = []
          for (const step of steps) await take(the(), webhook, step, states)
          await bearAll()
          await moveAll()

          const page = { limit: states.length + 1, before: null }
          const { rows } = await store.deliveries.list(organization.id, { webhookId: id }, page)
          // What followed the commit of its event may have been made after what came later.
          rows.sort((left, right) => (left.eventId < right.eventId ? -1 : 1))
          expect(rows.map(({ state }) => state)).toEqual(states)
          const due = rows.filter(({ dueAt }) => dueAt !== null)
          expect(due.every(({ state }) => state === 'pending')).toBe(true)
          const live = isLive((await store.webhooks.byId(id))!)
          const claimable = live ? states.filter((state) => state === 'pending').length : 0
          let leased = 0
          for (let found = 1; found > 0; leased += found) {
            found = (await claimDue(webhook, { limit: page.limit })).leased.length
          }
          expect(leased).toBe(claimable)
        },
      ),
      { numRuns: HISTORIES },
    )
  })
}
