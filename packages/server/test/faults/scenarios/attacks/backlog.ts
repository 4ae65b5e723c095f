import type { Attack } from '../../attacks/attack.ts'
import { createOwnWebhooks } from '../../attacks/own-webhooks.ts'
import { EVENT_TYPE } from '../../ingest.ts'
import { eventually } from '../../../support/eventually.ts'

const WEBHOOKS = { slice: 10, full: 100 }
const FIRST_MS_MAX = 60_000

/** What a tenant's webhooks held is due all at once when it starts them, and is held again when it stops them. */
export const backlog: Attack = {
  name: 'backlog',
  what: 'a backlog of a million deliveries that become due at once',
  backlog: { slice: 3_000, full: 1_000_000 },
  plan({ api, size, endpoints }) {
    const webhooks = createOwnWebhooks({ api }, [EVENT_TYPE])
    return {
      async prepare() {
        await api.post('/api/v1/event-types', { type: EVENT_TYPE })
        for (let index = 0; index < WEBHOOKS[size]; index++)
          await webhooks.add(endpoints.url('answers', index))
        await webhooks.disable()
        return webhooks.count
      },
      async begin() {
        const before = endpoints.count('answers')
        await webhooks.enable('send')
        await eventually(
          async () => endpoints.count('answers'),
          (sent) => sent > before,
          FIRST_MS_MAX,
        )
      },
      end: () => webhooks.disable(),
      figures: () => ({ 'sent of the backlog': endpoints.count('answers') }),
    }
  },
}
