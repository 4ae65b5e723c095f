import type { Attacker } from './attack.ts'

/** The attacker's webhooks, which it stops and starts all at once. */
export interface OwnWebhooks {
  readonly count: number
  add(url: string, settings?: Record<string, unknown>): Promise<void>
  /** What they held is forgotten or sent. */
  enable(held: 'send' | 'drop'): Promise<void>
  /** Resolves when all that waited is held. */
  disable(): Promise<void>
}

const AT_ONCE = 8
/** What it would otherwise be tried again for, or be stopped. */
const STUBBORN = { retry_schedule: [1, 1, 1, 1], disable_after: 0 }
const HELD_MS_MAX = 300_000
const LOOK_MS = 50

export function createOwnWebhooks({ api }: Pick<Attacker, 'api'>, events: readonly string[]): OwnWebhooks {
  const ids: string[] = []

  async function each(perform: (id: string) => Promise<unknown>): Promise<void> {
    const left = ids.values()
    const worker = async (): Promise<void> => {
      for (const id of left) await perform(id)
    }
    await Promise.all(Array.from({ length: AT_ONCE }, worker))
  }

  async function nothingIsPending(): Promise<void> {
    const deadline = performance.now() + HELD_MS_MAX
    for (;;) {
      const path = '/api/v1/deliveries?state=pending&limit=1'
      const { data } = await api.get<{ data: unknown[] }>(path)
      if (data.length === 0) return
      if (performance.now() > deadline) throw new Error('its deliveries are still pending')
      await new Promise((resolve) => setTimeout(resolve, LOOK_MS))
    }
  }

  return {
    get count() {
      return ids.length
    },
    async add(url, settings = {}) {
      const made = await api.post<{ id: string }>('/api/v1/webhooks', {
        url,
        events,
        ...STUBBORN,
        ...settings,
      })
      ids.push(made.id)
    },
    enable: (held) => each((id) => api.post(`/api/v1/webhooks/${id}/enable`, { held })),
    async disable() {
      await each((id) => api.post(`/api/v1/webhooks/${id}/disable`, {}))
      await nothingIsPending()
    },
  }
}
