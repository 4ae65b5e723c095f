import type { Attack } from '../../attacks/attack.ts'
import { keepDoing, type Doing } from '../../attacks/keep-doing.ts'
import { createOwnWebhooks } from '../../attacks/own-webhooks.ts'

const WEBHOOKS = { slice: 12, full: 60 }
const TYPE = 'attack.hangs'
const PACE = { atOnce: 4, everyMs: 500 }

/** As at hooks.slack.com: whoever has a webhook there shares its host and port with everybody else's. */
export const sharedOrigin: Attack = {
  name: 'shared-origin',
  what: 'webhooks that never answer at the host and port of its own receiver',
  plan({ api, size, sharedOrigin: origin }) {
    const webhooks = createOwnWebhooks({ api }, [TYPE])
    let publishing: Doing | null = null
    let published = 0

    return {
      async prepare() {
        await api.post('/api/v1/event-types', { type: TYPE })
        for (let index = 0; index < WEBHOOKS[size]; index++) await webhooks.add(`${origin}/hangs/${index}`)
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
        published += publishing?.count ?? 0
        await webhooks.disable()
      },
      figures: () => ({ 'hanging webhooks': webhooks.count, 'events to them': published }),
    }
  },
}
