import type { Attack } from '../../attacks/attack.ts'
import { keepDoing, type Doing } from '../../attacks/keep-doing.ts'
import { createOwnWebhooks } from '../../attacks/own-webhooks.ts'

const WEBHOOKS = { slice: 12, full: 60 }
const TYPE = 'attack.drips'
const PACE = { atOnce: 4, everyMs: 250 }

export const drips: Attack = {
  name: 'drips',
  what: 'answers that drip, in their header and in their body',
  plan({ api, size, endpoints }) {
    const webhooks = createOwnWebhooks({ api }, [TYPE])
    let publishing: Doing | null = null
    return {
      async prepare() {
        await api.post('/api/v1/event-types', { type: TYPE })
        for (let index = 0; index < WEBHOOKS[size]; index++) {
          await webhooks.add(endpoints.url(index % 2 === 0 ? 'drips-head' : 'drips-body', index))
        }
        return webhooks.count
      },
      async begin() {
        await webhooks.enable('drop')
        publishing = keepDoing(
          PACE,
          async () => (await api.call('POST', '/api/v1/events', { type: TYPE, data: {} })).status,
        )
      },
      async end() {
        await publishing?.stop()
        await endpoints.cutUntil(webhooks.disable())
      },
      figures: () => ({
        'dripping headers': endpoints.count('drips-head'),
        'dripping bodies': endpoints.count('drips-body'),
      }),
    }
  },
}
