import type { Attack } from '../../attacks/attack.ts'
import { keepDoing, type Doing } from '../../attacks/keep-doing.ts'

const TYPE = 'attack.kept'
const HANGING = 60
const TESTS = { atOnce: 60, everyMs: 10 }
const REPLAYS = { atOnce: 12, everyMs: 10 }
/** What each replay reads through, twice. */
const EVENTS = { slice: 1_000, full: 10_000 }
const BATCH = 1_000

/** Requests that the server answers only when something else has happened. Streams of events would be one more of them. */
export const keptOpen: Attack = {
  name: 'kept-open',
  what: 'tests and replays that are kept open, as many as are let in',
  plan({ api, size, endpoints }) {
    const ids: string[] = []
    let doings: Doing[] = []
    const counts = { tests: 0, replays: 0 }
    let next = 0

    const test = async (): Promise<number> =>
      (await api.call('POST', `/api/v1/webhooks/${ids[next++ % HANGING]}/test`, {})).status
    const replay = async (): Promise<number> => {
      const range = { since: '2020-01-01T00:00:00Z', types: [TYPE], dry_run: true }
      return (await api.call('POST', `/api/v1/webhooks/${ids[0]}/replay`, range)).status
    }

    return {
      async prepare() {
        await api.post('/api/v1/event-types', { type: TYPE })
        for (let done = 0; done < EVENTS[size]; done += BATCH) {
          const events = Array.from({ length: BATCH }, (_, number) => ({ type: TYPE, data: { number } }))
          await api.post('/api/v1/events', { events })
        }
        for (let index = 0; index < HANGING; index++) {
          const wanted = { url: endpoints.url('hangs', index), events: [TYPE] }
          ids.push((await api.post<{ id: string }>('/api/v1/webhooks', wanted)).id)
        }
        return HANGING
      },
      async begin() {
        doings = [keepDoing(TESTS, test), keepDoing(REPLAYS, replay)]
      },
      async end() {
        // Otherwise each test would wait for its whole deadline.
        await endpoints.cutUntil(Promise.all(doings.map((doing) => doing.stop())))
        const [tests = 0, replays = 0] = doings.map(({ count }) => count)
        counts.tests += tests
        counts.replays += replays
      },
      figures: () => ({ 'tests asked for': counts.tests, 'replays asked for': counts.replays }),
    }
  },
}
