import type { SealedKeys, Webhook } from '../../../src/core/webhook.ts'
import type { Store } from '../../../src/store/store.ts'
import { BUSY, type Mutation } from './mutation.ts'
import { withDecisions } from './with-decisions.ts'

const RESTLESS = { ...BUSY, ownerActionsPerHour: 40, faultsPerDay: { ...BUSY.faultsPerDay!, crash: 0 } }

function withWebhooks(store: Store, change: Partial<Store['webhooks']>): Store {
  return { ...store, webhooks: { ...store.webhooks, ...change } }
}

/** Enabling a webhook forgets, every other time, what was held for it. */
export const lostHeldDelivery: Mutation = {
  name: 'a lost held delivery',
  invariant: 17,
  scenario: RESTLESS,
  options: {
    plantBug(store) {
      let enabled = 0
      return withWebhooks(store, {
        change: (organizationId, id, decide) =>
          store.webhooks.change(organizationId, id, (webhook) => {
            const change = decide(webhook)
            if (!change.waiting.includes('send')) return change
            enabled += 1
            return enabled % 2 === 0
              ? { ...change, waiting: change.waiting.filter((move) => move !== 'send') }
              : change
          }),
      })
    },
  },
}

function working(webhook: Webhook | null): Webhook | null {
  return webhook && { ...webhook, status: 'active', deletedAt: null }
}

/** The dispatcher is told that a webhook works when it was stopped. */
export const stopUnheard: Mutation = {
  name: 'a stop that the dispatcher does not hear of',
  invariant: 7,
  scenario: { ...RESTLESS, hours: 1, burstsPerHour: 20 },
  options: {
    plantBug: (store) =>
      withWebhooks(store, {
        byId: async (id) => working(await store.webhooks.byId(id)),
        change: async (organizationId, id, decide) =>
          working(await store.webhooks.change(organizationId, id, decide)),
      }),
  },
}

/** Requests are signed with the keys that the webhook had when the process first saw it. */
export const oldSecret: Mutation = {
  name: 'a signature with the old secret after a rotation',
  invariant: 12,
  scenario: RESTLESS,
  options: {
    plantBug(store) {
      const first = new Map<string, SealedKeys>()
      const asAtFirst = (webhook: Webhook): Webhook => {
        const { sealedSecret, signingKey } = first.get(webhook.id) ?? webhook
        first.set(webhook.id, { sealedSecret, signingKey })
        return { ...webhook, sealedSecret, signingKey, retired: null }
      }
      const stale = withDecisions(store, (decisions) => ({
        admit: (webhook, bytes) => decisions.admit(asAtFirst(webhook), bytes),
      }))
      return withWebhooks(stale, {
        async byId(id) {
          const webhook = await store.webhooks.byId(id)
          return webhook && asAtFirst(webhook)
        },
      })
    },
  },
}
