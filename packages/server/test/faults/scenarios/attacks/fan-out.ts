import type { Attack } from '../../attacks/attack.ts'
import { createOwnWebhooks } from '../../attacks/own-webhooks.ts'

const SIZES = { slice: { events: 200, webhooks: 50 }, full: { events: 1_000, webhooks: 600 } }
const TYPE = 'attack.many'

/** One request may bring a thousand events, and an organization has as many webhooks as it likes. */
export const fanOut: Attack = {
  name: 'fan-out',
  what: 'one request whose events are owed to hundreds of webhooks each',
  plan({ api, size, endpoints }) {
    const { events, webhooks: webhooksMax } = SIZES[size]
    const webhooks = createOwnWebhooks({ api }, [TYPE])
    const statuses: number[] = []
    let request: Promise<void> = Promise.resolve()

    async function publishAll(): Promise<void> {
      const batch = Array.from({ length: events }, (_, number) => ({ type: TYPE, data: { number } }))
      statuses.push((await api.call('POST', '/api/v1/events', { events: batch })).status)
    }

    return {
      async prepare() {
        await api.post('/api/v1/event-types', { type: TYPE })
        for (let index = 0; index < webhooksMax; index++) await webhooks.add(endpoints.url('answers', index))
        return webhooks.count
      },
      async begin() {
        await webhooks.enable('drop')
        request = publishAll()
      },
      async end() {
        await request
        await webhooks.disable()
      },
      figures: () => ({
        'deliveries of one request': events * webhooksMax,
        'of them sent': endpoints.count('answers'),
      }),
      violations: () =>
        statuses
          .filter((status) => status !== 202)
          .map((status) => `the attacker's request was answered ${status}`),
    }
  },
}
