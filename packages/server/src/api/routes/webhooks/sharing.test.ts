import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { startReceiver, type Receiver } from '../../../../test/support/receiver.ts'
import {
  createTestApi,
  type TestAnswer,
  type TestApi,
  type TestCaller,
} from '../../../../test/support/test-api.ts'
import { LIMITS } from '../../../core/limits.ts'
import type { Store } from '../../../store/store.ts'

// What one organization keeps open refuses nobody else's: tests whose receiver hangs, replays whose store is slow.

const OPEN_BY_ONE = (4 / 5) * LIMITS.testsInFlightMax

let api: TestApi
let acme: TestCaller
let other: TestCaller
/** Answers nothing until released. */
let hanging: Receiver
let healthy: Receiver
let release: () => void

beforeEach(async () => {
  const { promise, resolve } = Promise.withResolvers<undefined>()
  release = () => resolve(undefined)
  hanging = await startReceiver(() => promise.then(() => 200))
  healthy = await startReceiver()
  api = await createTestApi({ wrapStore: (store) => slowFor(() => acme.id, store, promise) })
  acme = await api.organization('acme')
  other = await api.organization('other')
})
afterEach(async () => {
  release()
  await api.close()
  await Promise.all([hanging.close(), healthy.close()])
})

/** Of one organization nothing is read for a replay until `released`. */
function slowFor(organizationId: () => number, store: Store, released: Promise<undefined>): Store {
  const { deliveries } = store
  return {
    ...store,
    deliveries: {
      ...deliveries,
      async replayable(query) {
        if (query.webhook.organizationId === organizationId()) await released
        return deliveries.replayable(query)
      },
    },
  }
}

async function webhookOf(caller: TestCaller, { url }: Receiver): Promise<string> {
  const webhook = { url, events: ['run.failed'] }
  return `/api/v1/webhooks/${(await caller.call('POST', '/api/v1/webhooks', webhook)).body.id}`
}

/** Asks so often at once; resolves with the first refusal, and with what was let in once it is over. */
async function fill(count: number, ask: () => Promise<TestAnswer>) {
  const asked = Array.from({ length: count }, ask)
  const refused = await Promise.race(asked)
  return { refused, all: () => Promise.all(asked) }
}

const statusesOf = (answers: readonly TestAnswer[], status: number): number =>
  answers.filter((answer) => answer.status === status).length

describe('tests', () => {
  it('that hang take only their organization’s part of the places', async () => {
    const slow = await webhookOf(acme, hanging)
    const quick = await webhookOf(other, healthy)
    const { refused, all } = await fill(OPEN_BY_ONE + 10, () => acme.call('POST', `${slow}/test`))
    expect(refused).toMatchObject({ status: 503, body: { code: 'overloaded' } })
    for (let round = 0; round < 3; round++) {
      expect((await other.call('POST', `${quick}/test`)).body).toMatchObject({ delivered: true })
    }
    release()
    const answers = await all()
    expect([statusesOf(answers, 200), statusesOf(answers, 503)]).toEqual([OPEN_BY_ONE, 10])
  })
})

describe('replays', () => {
  it('that take long leave room for others, and the slices of others go on between theirs', async () => {
    const slow = await webhookOf(acme, healthy)
    const quick = await webhookOf(other, healthy)
    const wish = { since: new Date(api.clock.now() - 1_000).toISOString(), dry_run: true }
    const { refused, all } = await fill(OPEN_BY_ONE + 10, () => acme.call('POST', `${slow}/replay`, wish))
    expect(refused).toMatchObject({ status: 503, body: { code: 'overloaded' } })
    for (let round = 0; round < 3; round++) {
      expect(await other.call('POST', `${quick}/replay`, wish)).toMatchObject({ status: 200 })
    }
    release()
    const answers = await all()
    expect([statusesOf(answers, 200), statusesOf(answers, 503)]).toEqual([OPEN_BY_ONE, 10])
  })
})
