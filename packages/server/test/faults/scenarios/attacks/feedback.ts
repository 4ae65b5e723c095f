import type { Attack } from '../../attacks/attack.ts'
import { createOwnWebhooks } from '../../attacks/own-webhooks.ts'
import { eventually } from '../../../support/eventually.ts'

const WEBHOOKS = 4
const TYPE = 'attack.flaps'
const OPERATIONAL = ['webhook.failing', 'webhook.recovered', 'webhook.disabled']
const ATTEMPTS_MAX = 5
/**
 * What one event may cause at most: its own attempts, and of each webhook one event that it fails and one that it has recovered,
 * to each of them.
 */
const REQUESTS_MAX = WEBHOOKS * ATTEMPTS_MAX + WEBHOOKS * 2 * WEBHOOKS * ATTEMPTS_MAX
/** It is over when no request has come for so long; what goes on until then goes on by itself. */
const QUIET_MS = 3_000
const QUIET_MS_MAX = 20_000

/** A webhook's health is told to the organization's webhooks, whose health then changes. */
export const feedback: Attack = {
  name: 'feedback',
  what: 'flapping webhooks that are told of their own health',
  plan({ api, endpoints }) {
    const webhooks = createOwnWebhooks({ api }, [TYPE, ...OPERATIONAL])
    let published = 0
    let neverQuiet = 0

    async function isQuietInTime(): Promise<boolean> {
      const quietSince = { count: -1, at: performance.now() }
      const quietMs = async (): Promise<number> => {
        const count = endpoints.count('flaps')
        if (count !== quietSince.count) Object.assign(quietSince, { count, at: performance.now() })
        return performance.now() - quietSince.at
      }
      return eventually(quietMs, (ms) => ms >= QUIET_MS, QUIET_MS_MAX).then(
        () => true,
        () => false,
      )
    }

    return {
      async prepare() {
        await api.post('/api/v1/event-types', { type: TYPE })
        for (let index = 0; index < WEBHOOKS; index++) {
          await webhooks.add(endpoints.url('flaps', index), { retry_schedule: [0, 0, 0, 0] })
        }
        return webhooks.count
      },
      async begin() {
        await webhooks.enable('drop')
        await api.post('/api/v1/events', { type: TYPE, data: {} })
        published += 1
      },
      async end() {
        if (!(await isQuietInTime())) neverQuiet += 1
        await webhooks.disable()
      },
      figures: () => ({ 'flapping webhooks': WEBHOOKS, published, requests: endpoints.count('flaps') }),
      violations() {
        const requests = endpoints.count('flaps')
        return [
          ...(requests <= published * REQUESTS_MAX
            ? []
            : [`${published} events of the attacker became ${requests} requests`]),
          ...(neverQuiet === 0 ? [] : [`${neverQuiet} times the requests went on without an end`]),
        ]
      },
    }
  },
}
