import { Pool } from 'undici'
import type { Attack } from '../../attacks/attack.ts'
import { keepDoing, type Doing } from '../../attacks/keep-doing.ts'

const TYPE = 'attack.flood'
/** The limit is of 120,000 requests a minute. */
const PACES = { slice: { atOnce: 16, everyMs: 10 }, full: { atOnce: 64, everyMs: 0.6 } }
const BATCH = 100

/** As a client does that polls without a pause, posts what nobody hears, and does not read what it is answered. */
export const flood: Attack = {
  name: 'flood',
  what: 'requests to the API, just below the rate limit',
  flags: { slice: ['--rate-limit', '120000'], full: ['--rate-limit', '120000'] },
  plan(attacker) {
    const { api, size } = attacker
    let pool: Pool | null = null
    let flooding: Doing | null = null
    let number = 0
    const outcomes = new Map<string, number>()

    async function ask(): Promise<number> {
      const { method, path, body } = requestOf(number++)
      const headers = {
        'x-api-key': attacker.key,
        ...(body !== undefined && { 'content-type': 'application/json' }),
      }
      const answer = await pool!.request({
        method,
        path: `/api/v1${path}`,
        headers,
        ...(body !== undefined && { body }),
      })
      await answer.body.dump()
      return answer.statusCode
    }

    return {
      async prepare() {
        await api.post('/api/v1/event-types', { type: TYPE })
        const events = Array.from({ length: 1_000 }, () => ({ type: TYPE, data: {} }))
        await api.post('/api/v1/events', { events })
        return 0
      },
      async begin() {
        pool = new Pool(attacker.url, { connections: PACES[size].atOnce })
        flooding = keepDoing(PACES[size], ask)
      },
      async end() {
        await flooding?.stop()
        for (const [status, count] of flooding?.outcomes ?? []) {
          outcomes.set(status, (outcomes.get(status) ?? 0) + count)
        }
        await pool?.close()
      },
      figures: () => ({ requests: number, 'of them refused with 429': outcomes.get('429') ?? 0 }),
    }
  },
}

interface Asked {
  method: 'GET' | 'POST'
  path: string
  body?: string
}

const EVENT = { type: TYPE, data: {} }
const MIX: readonly Asked[] = [
  { method: 'GET', path: '/events?limit=200' },
  { method: 'POST', path: '/events', body: JSON.stringify(EVENT) },
  { method: 'GET', path: '/webhooks' },
  { method: 'POST', path: '/events', body: JSON.stringify({ events: Array(BATCH).fill(EVENT) }) },
  { method: 'GET', path: '/deliveries?limit=200&state=pending' },
  { method: 'POST', path: '/events', body: '{"type":' },
  { method: 'GET', path: '/event-types' },
  { method: 'GET', path: '/nowhere' },
]

function requestOf(number: number): Asked {
  return MIX[number % MIX.length] ?? { method: 'GET', path: '/events' }
}
