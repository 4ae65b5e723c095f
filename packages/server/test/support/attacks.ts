import type { ApiAnswer, ApiClient } from './api-client.ts'

// What one organization may do that could be felt by another. Each says what it was answered, so that a test can tell what
// happened before what without a look at a clock.

/** Goes on for years on a text of many a's that ends otherwise. */
const REGEX_BOMB = '^(a+)+$'

/** Texts for REGEX_BOMB, each shorter than the one before: what rests for long ones is tried again with a shorter one. */
function fuse(index: number): string {
  return `${'a'.repeat(1_000 - (index % 900))}!`
}

export interface Attack {
  /** In the order of arrival. */
  readonly answers: readonly ApiAnswer[]
  /** Starts nothing more. What is under way is left to itself: it ends with the server. */
  stop(): void
}

/** So many requests, all at once; or, with `again`, another one as soon as one was answered. */
function attack(count: number, ask: (index: number) => Promise<ApiAnswer>, again = false): Attack {
  const answers: ApiAnswer[] = []
  let isStopped = false
  let next = count
  async function line(index: number): Promise<void> {
    // A server that goes away is no news here.
    const answer = await ask(index).catch(() => null)
    if (answer === null || isStopped) return
    answers.push(answer)
    if (again) await line(next++)
  }
  for (let index = 0; index < count; index++) void line(index)
  return { answers, stop: () => (isStopped = true) }
}

/** Events of a type whose schema runs to the limit of time, again and again. */
export async function hostileEvents(api: ApiClient, count: number): Promise<Attack> {
  await api.post('/api/v1/event-types', { type: 'attack.bomb', schema: { pattern: REGEX_BOMB } })
  const publish = (index: number) =>
    api.call('POST', '/api/v1/events', { type: 'attack.bomb', data: fuse(index) })
  return attack(count, publish, true)
}

/** Runs that do so. */
export async function hostileRuns(api: ApiClient, organization: string, count: number): Promise<Attack> {
  const steps = [{ type: 'json-schema', config: { schema: { pattern: REGEX_BOMB } } }]
  await api.post('/api/v1/workflows', { slug: 'bomb', name: 'Bomb', steps })
  const path = `/api/v1/orgs/${organization}/workflows/bomb/runs/`
  return attack(count, (index) => api.call('POST', path, JSON.stringify(fuse(index))), true)
}

/** Tests of a webhook that never answers. */
export async function hangingTests(api: ApiClient, url: string, count: number): Promise<Attack> {
  const { id } = await api.post<{ id: string }>('/api/v1/webhooks', { url, events: ['run.failed'] })
  return attack(count, () => api.call('POST', `/api/v1/webhooks/${id}/test`))
}

/** Runs over pages that never come; all are accepted, and end much later. */
export async function slowPages(
  api: ApiClient,
  organization: string,
  urlOf: (index: number) => string,
  count: number,
): Promise<string[]> {
  await api.post('/api/v1/workflows', { slug: 'slow', name: 'Slow', steps: [{ type: 'structured-data' }] })
  const path = `/api/v1/orgs/${organization}/workflows/slow/runs/`
  const submitted = await Promise.all(
    Array.from({ length: count }, (_, index) => api.post<{ id: string }>(path, { url: urlOf(index) })),
  )
  return submitted.map(({ id }) => id)
}
