import { disable, enable, remove, type Webhook } from '../../src/core/webhook.ts'
import type { ApiAnswer } from '../support/api-client.ts'
import { sampleWebhook } from '../support/samples.ts'
import type { WebhookChanged } from '../invariants/history.ts'
import { EVENT_TYPE } from './ingest.ts'
import type { World } from './world.ts'

/** Changes webhooks as their owner does, and notes it. Repeats what was not answered, as an owner would. */
export interface Owner {
  /** A webhook to the receiver of that name; resolves with its id. */
  create(name: string, settings?: Record<string, unknown>): Promise<string>
  disable(name: string): Promise<void>
  enable(name: string, held: 'send' | 'drop'): Promise<void>
  remove(name: string): Promise<void>
}

/** A webhook as the API shows it, as far as this needs it. */
interface WebhookBody {
  id: string
  url: string
  events: string[]
  retry_schedule: number[]
  disable_after: number
  secret: string
}

export function createOwner(world: World): Owner {
  const { facts } = world

  /** Asks until an answer comes; 404 is one, since a first request may have been done and its answer lost. */
  async function insist(
    ask: () => Promise<ApiAnswer>,
    note: (askedAt: number, answer: ApiAnswer | null, firstAskedAt: number) => void,
  ): Promise<void> {
    const firstAskedAt = Date.now()
    for (;;) {
      const askedAt = Date.now()
      const answer = await ask().catch(() => null)
      if (answer !== null && answer.status >= 300 && answer.status !== 404) {
        throw new Error(`a change of a webhook was answered ${answer.status}: ${JSON.stringify(answer.body)}`)
      }
      note(askedAt, answer, firstAskedAt)
      if (answer !== null) return
    }
  }

  async function change(
    name: string,
    method: string,
    path: string,
    what: Pick<WebhookChanged, 'what' | 'held'>,
    body: object | undefined,
    predict: (webhook: Webhook, now: number) => Webhook,
  ): Promise<void> {
    const before = webhookOf(name)
    await insist(
      async () => (await world.api()).call(method, `/api/v1/webhooks/${before.id}${path}`, body),
      (askedAt, answer) => {
        const webhook = predict(before, askedAt)
        noteChange(webhook, what, askedAt, answer)
        facts.webhooks.set(name, webhook)
      },
    )
  }

  function noteChange(
    webhook: Webhook,
    what: Pick<WebhookChanged, 'what' | 'held'>,
    askedAt: number,
    answer: ApiAnswer | null,
  ): void {
    facts.changes.push({
      ...what,
      webhookId: webhook.id,
      askedAt,
      committedAt: null,
      answeredAt: answer === null ? null : Date.now(),
      webhook,
      order: null,
    })
  }

  function webhookOf(name: string): Webhook {
    const webhook = facts.webhooks.get(name)
    if (webhook === undefined) throw new Error(`there is no webhook ${name}`)
    return webhook
  }

  return {
    async create(name, settings = {}) {
      const body = { url: await world.receivers.open(name), events: [EVENT_TYPE], ...settings }
      await insist(
        async () =>
          (await world.api()).call('POST', '/api/v1/webhooks', body, { 'idempotency-key': `create-${name}` }),
        (_askedAt, answer, askedAt) => {
          // Whatever came of a request without an answer bears the same idempotency key, and is this webhook.
          if (answer === null) return
          const made = answer.body as WebhookBody
          const webhook = webhookFrom(made, askedAt)
          facts.webhooks.set(name, webhook)
          facts.secrets.push({
            webhookId: made.id,
            key: { scheme: 'v1', secret: made.secret },
            since: [askedAt, Date.now()],
            until: null,
          })
          noteChange(webhook, { what: 'created', held: null }, askedAt, answer)
        },
      )
      return webhookOf(name).id
    },
    disable: (name) =>
      change(
        name,
        'POST',
        '/disable',
        { what: 'disabled', held: null },
        {},
        (webhook, now) => disable(webhook, now).webhook,
      ),
    enable: (name, held) =>
      change(
        name,
        'POST',
        '/enable',
        { what: 'enabled', held },
        { held },
        (webhook, now) => enable(webhook, held, now).webhook,
      ),
    remove: (name) =>
      change(
        name,
        'DELETE',
        '',
        { what: 'deleted', held: null },
        undefined,
        (webhook, now) => remove(webhook, now).webhook,
      ),
  }
}

/** What the API does not show is as any webhook has it. */
function webhookFrom(made: WebhookBody, now: number): Webhook {
  const { id, url, events, retry_schedule: retrySchedule, disable_after: disableAfter } = made
  return sampleWebhook({ id, url, events, retrySchedule, disableAfter, createdAt: now, updatedAt: now })
}
