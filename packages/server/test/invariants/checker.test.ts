import { describe, expect, it } from 'vitest'
import { INVARIANTS } from './check.ts'
import { checkInvariants } from './checker.ts'
import { CHECKS } from './checks/index.ts'
import {
  asHistory,
  attempt,
  changed,
  lease,
  request,
  sampleHistory,
  T,
  type Draft,
  unsent,
} from './sample-history.ts'

/** The first of a list that a test is sure has one. */
function first<Item>(items: readonly Item[]): Item {
  return items[0]!
}

/** Of the attempt that `attempts[2]` records, `requests[1]` being the first. */
function secondTry(): Draft['requests'][number] {
  return request('webhook_other', 'other', T + 1_100, 200, ['a secret of their own'])
}

/** Another delivery of the first one's event, made by hand and over. */
function resent({ deliveries }: Draft['rows']): Draft['rows']['deliveries'][number] {
  const { id: resendOf, ...sent } = first(deliveries)
  return { ...sent, id: 'dlv_again', resendOf, state: 'cancelled', tries: 0, attemptCount: 0 }
}

/** What was told of the first webhook, at the moment of its order. */
function news(order: number, type: string): Draft['told'][number] {
  const of = { organizationId: 1, webhookId: 'webhook_retried' }
  return { order, at: T + order - 1, createdAt: T + order, ...of, type, by: 'attempts' }
}

const WRONG_SECRET = 'not the secret of anybody'

/** What makes a good history bad, by the invariant that must say so. */
const SPOILED: Record<number, Record<string, (history: Draft) => void>> = {
  1: {
    'an accepted event is gone': ({ rows }) => void rows.events.shift(),
    'its bytes are others': ({ ingests }) => (first(first(ingests).events).bodyHash = 'ab'.repeat(32)),
    'it went to another organization': ({ rows }) => (first(rows.events).organizationId = 2),
  },
  2: {
    'a webhook that matched is owed nothing': ({ rows }) => rows.deliveries.splice(1, 1),
    'a webhook that did not match is owed something': ({ changes }) => (changes[3]!.webhook.events = []),
    'one event is owed twice': ({ rows }) => rows.deliveries.push({ ...rows.deliveries[1]!, id: 'dlv_9' }),
    'the answer counted otherwise': ({ ingests }) => (first(first(ingests).events).deliveries = 2),
  },
  3: {
    'a delivery is pending at rest': ({ rows }) => (rows.deliveries[1]!.state = 'pending'),
    'a lease is left': ({ rows }) => (first(rows.deliveries).leasedAt = T),
    'an attempt is planned for what has ended': ({ rows }) => (first(rows.deliveries).dueAt = T),
  },
  4: {
    'delivered without a 2xx': ({ rows }) =>
      Object.assign(rows.attempts[1]!, { outcome: 'failed', statusCode: 500 }),
    'a 2xx and not delivered': ({ rows }) => (first(rows.deliveries).state = 'exhausted'),
    'the receiver answered something else': ({ requests }) => (requests[2]!.answer!.status = 503),
    'no receiver had the request': ({ requests }) => void requests.pop(),
  },
  5: {
    'a request is not in the log': ({ requests }) =>
      requests.push(request('webhook_other', 'other', T + 900_000, 200, ['a secret of their own'])),
    'a request is of nothing that is owed': ({ requests }) => (first(requests).webhookId = 'webhook_stopped'),
    'a second try is not in the log': ({ requests }) => requests.push(secondTry()),
    'a third try is made where the log tells of two': ({ requests, rows }) => {
      rows.attempts[2]!.sends = 2
      requests.push(secondTry(), secondTry())
    },
    'a request of an attempt that says it sent none': ({ rows }) => (first(rows.attempts).sends = 0),
  },
  6: {
    'one attempt too many': ({ rows }) => rows.attempts.push(attempt('dlv_1', 3, T + 900_000, 500)),
    'sent again, and nobody asked for it': ({ rows }) => rows.deliveries.push(resent(rows)),
    'an attempt of another kind': ({ rows }) => (rows.attempts[1]!.kind = 'manual'),
    'given up too early': ({ rows }) => {
      first(rows.deliveries).state = 'exhausted'
      rows.attempts.splice(1, 1)
    },
    'another place in the schedule': ({ rows }) => (first(rows.deliveries).tries = 1),
  },
  7: {
    'sent after a disable': ({ changes, rows }) =>
      changes.push(
        changed({ ...rows.webhooks[0]!, status: 'disabled' } as never, 'disabled', T + 30_000, 30),
      ),
    'sent after a delete': ({ changes, rows }) =>
      changes.push(changed({ ...rows.webhooks[0]!, deletedAt: T }, 'deleted', T + 30_000, 30)),
    'sent after it ended': ({ rows }) => (first(rows.deliveries).endedAt = T + 2_000),
  },
  8: {
    'the wait was too short': ({ rows }) => (rows.attempts[1]!.startedAt -= 1),
    'Retry-After was not heeded': ({ rows }) =>
      Object.assign(first(rows.attempts), { statusCode: 429, responseHeaders: { 'retry-after': '90' } }),
    'Retry-After was heeded by its own delivery alone': ({ rows, requests }) => {
      Object.assign(first(rows.attempts), { statusCode: 429, responseHeaders: { 'retry-after': '50' } })
      requests.push(request('webhook_retried', 'held', T + 40_000, 200, [WRONG_SECRET]))
    },
  },
  9: {
    'leased twice': ({ leases }) => leases.splice(1, 0, lease(20, 'dlv_1', 2, 'taken')),
    'written under an old fence': ({ leases }) => (leases[3]!.fence = 1),
    'a result of the live lease was dropped': ({ leases }) => (leases[3]!.what = 'dropped'),
    'two requests at once': ({ requests }) => (first(requests).endedAt = T + 200_000),
  },
  10: {
    'sent again after a 2xx': ({ requests }) => (first(requests).answer!.status = 200),
    'a second try after an answer that arrived': ({ requests, rows }) => {
      rows.attempts[2]!.sends = 2
      requests.push(secondTry())
    },
    'other bytes under the same id': ({ requests }) => (first(requests).body = Buffer.from('{}')),
  },
  11: {
    'a signature does not verify': ({ requests }) =>
      (requests[1] = request('webhook_other', 'other', T + 1_006, 200, [WRONG_SECRET])),
    'there is no signature': ({ requests }) => (requests[1]!.headers['webhook-signature'] = ''),
    'the legacy signature does not verify': ({ requests }) =>
      (requests[1]!.headers['x-validibot-signature'] = 'sha256=00'),
    'the timestamp is an old one': ({ requests }) => (requests[2]!.startedAt! += 5_000),
  },
  12: {
    'the old secret signs after its end': ({ secrets }) => (first(secrets).until = [T + 900, T + 900]),
    'the new secret does not sign during the overlap': ({ requests }) =>
      (requests[0]!.headers['webhook-signature'] = requests[0]!.headers['webhook-signature']!.split(' ')[1]!),
  },
  13: {
    'a key made two events': ({ ingests }) => (first(ingests[1]!.events).id = 'evt_held'),
    'a key was taken for two requests': ({ ingests }) => (ingests[1]!.idempotency!.requestHash = 'b'),
    'a conflict with nothing': ({ ingests }) => (ingests[2]!.idempotency!.requestHash = 'a'),
  },
  14: {
    'a connection that two organizations used': ({ requests }) =>
      requests.forEach((request) => (request.connection = 'one for all')),
    "another organization's event": ({ rows }) => (first(rows.events).organizationId = 2),
    "another organization's words in a request": ({ requests }) =>
      (first(requests).headers['x-owner'] = 'two-marker'),
    "another organization's words in a log line": ({ texts }) => (first(texts).text += 'two-marker'),
    'an id in a label of a metric': ({ texts }) =>
      (texts[1]!.text += `{webhook="webhook_${'0'.repeat(32)}"}`),
    'a delivery of an organization that owns nothing of it': ({ rows }) =>
      (first(rows.deliveries).organizationId = 2),
  },
  15: {
    'a row counts wrong': ({ rows }) => (first(rows.deliveries).attemptCount = 3),
    'attempts are numbered with a gap': ({ rows }) => (rows.attempts[1]!.number = 3),
    'a counter counts wrong': ({ counters }) => (counters[1]!.value = 4),
    'a counter of one organization counts wrong': ({ counters }) => (counters[2]!.value = 0),
  },
  16: {
    'served too late': ({ requests }) => (requests[1]!.at += 6_000),
    'not served': ({ requests }) => void requests.splice(1, 1),
  },
  17: {
    'held for a webhook that works': ({ rows }) => (rows.webhooks[1]!.status = 'active'),
    'cancelled, and nobody asked': ({ rows }) => (rows.deliveries[1]!.state = 'cancelled'),
    'a replay that was not carried out': ({ replays }) =>
      replays.push({
        ...{ webhookId: 'webhook_retried', dryRun: false, matched: 1, queued: 1, status: 200 },
        ...{ askedAt: T + 900_000, answeredAt: T + 900_010 },
      }),
  },
  18: {
    'a signing secret in the log': ({ texts, secrets }) =>
      (first(texts).text += JSON.stringify(first(secrets).key)),
    'an API key in a row': ({ rows }) => (first(rows.webhooks).lastError = 'sk_live_0123456789'),
    'a credential in the log of an attempt': ({ rows }) =>
      (first(rows.attempts).requestHeaders['authorization'] = 'sk_live_0123456789'),
  },
  19: {
    'a private address': ({ sockets }) => (first(sockets).address = '10.1.2.3'),
    'one in disguise': ({ sockets }) => (first(sockets).address = '::ffff:10.1.2.3'),
    'one of IPv6': ({ sockets }) => (first(sockets).address = 'fd00::1'),
  },
  20: {
    'pending work was removed': ({ removals }) => (first(first(removals).rows.deliveries).state = 'pending'),
    'an attempt was under way': ({ removals }) => (first(first(removals).rows.deliveries).leasedAt = T),
    'too early': ({ removals }) => (first(removals).before = T),
    'an event went before its delivery': ({ rows }) => void rows.events.pop(),
    'a delivery went before its attempts': ({ rows }) => void rows.deliveries.pop(),
  },
  21: {
    'a failure was not counted': ({ settled }) => (first(settled).webhook.failureCount = 0),
    'a success did not wipe the count': ({ settled }) => (settled[2]!.webhook.failureCount = 1),
    'failing too early': ({ settled }) => (first(settled).webhook.health = 'failing'),
    'not disabled': ({ settled, changes }) => {
      first(changes).webhook.disableAfter = 1
      changes[4]!.webhook.disableAfter = 1
      first(settled).state = 'exhausted'
    },
    'a failure in a pause was counted': ({ settled }) => {
      first(settled).webhook.pausedUntil = T + 60_000
      Object.assign(first(settled), { statusCode: 503, retryAfterSeconds: 60, endedAt: T })
      settled.splice(1, 0, { ...first(settled), order: 11, retryAfterSeconds: null, endedAt: T + 1 })
      settled[1]!.webhook = { ...first(settled).webhook, failureCount: 2 }
    },
    'a pause was not written down': ({ settled }) =>
      Object.assign(first(settled), { statusCode: 503, retryAfterSeconds: 60 }),
    'not disabled by a 410': ({ settled }) => (first(settled).statusCode = 410),
  },
  22: {
    overtaken: ({ rows, requests }) => {
      // Of one line now, and the one that was sent later goes first.
      Object.assign(first(rows.deliveries), { orderKey: '', id: 'dlv_1' })
      rows.attempts.push(attempt('dlv_4', 1, T + 2_000, 200))
      rows.deliveries.push({
        ...first(rows.deliveries),
        id: 'dlv_4',
        eventId: 'evt_held',
        tries: 1,
        attemptCount: 1,
      })
      requests.push(request('webhook_retried', 'held', T + 2_000, 200, [WRONG_SECRET]))
    },
    'a line that stands in another order than its events were stored': ({ rows, stored }) => {
      const { webhookId } = first(rows.deliveries)
      for (const delivery of rows.deliveries.slice(0, 2)) Object.assign(delivery, { webhookId, orderKey: '' })
      stored.reverse()
    },
    'a line that stands in another order than its events were accepted': ({ rows, ingests }) => {
      const { webhookId } = first(rows.deliveries)
      for (const delivery of rows.deliveries.slice(0, 2)) Object.assign(delivery, { webhookId, orderKey: '' })
      // The event of `dlv_1` was asked for when that of `dlv_2` had been answered.
      for (const ingest of ingests.slice(0, 2))
        Object.assign(ingest, { askedAt: T + 5_000, answeredAt: T + 5_010 })
    },
  },
  23: {
    'two requests where one is allowed': ({ changes, requests }) => {
      for (const { webhook } of changes) webhook.rateLimit = { requests: 1, seconds: 3_600 }
      expect(requests).toHaveLength(4)
    },
  },
  24: {
    'a turn was never told': ({ settled }) => (settled[2]!.webhook.health = 'failing'),
    'what was told was not so': ({ told }) => told.push(news(13, 'webhook.failing')),
    'it was told twice': ({ told, settled }) => {
      settled[2]!.webhook.health = 'failing'
      told.push(news(13, 'webhook.failing'), news(14, 'webhook.failing'))
    },
    'a stop was not told': ({ settled }) => (settled[2]!.webhook.status = 'disabled_gone'),
    'a stop was told that was none': ({ told }) => told.push(news(13, 'webhook.disabled')),
  },
  26: {
    'two tellings in one window': ({ told }) =>
      told.push(news(13, 'webhook.failing'), { ...news(14, 'webhook.recovered'), by: 'time' }),
    'no attempt at something else caused it': ({ told }) => told.push(news(15, 'webhook.failing')),
    'an attempt that carried news caused it': ({ told, rows }) => {
      first(rows.events).type = 'webhook.recovered'
      told.push({ ...news(13, 'webhook.failing'), at: T + 12 })
    },
    'it is told on and on while nothing else happens': ({ told }) => {
      for (let count = 1; count <= 4; count++) {
        told.push({
          ...news(13 + count, 'webhook.failing'),
          createdAt: T + count * 3_600_000,
          by: 'time',
        })
      }
    },
    'more than sixty within an hour': ({ told }) => {
      for (let count = 0; count <= 60; count++) {
        told.push({ ...news(13 + count, 'webhook.failing'), webhookId: `webhook_${count}`, by: 'time' })
      }
    },
  },
  25: {
    'a failure of ours is counted': ({ settled }) => (settled.at(-1)!.webhook.failureCount = 1),
    'a failure of ours is shown as the last one': ({ settled }) =>
      (settled.at(-1)!.webhook.lastError = 'Ours.'),
    'it moves the delivery on in its schedule': ({ settled }) => {
      const [before, after] = [settled.at(-1)!, settled[0]!]
      settled.push({ ...before, order: before.order + 0.5, tries: 1, at: after.at })
    },
    'the receiver is charged for our want of descriptors': ({ rows }) =>
      (rows.attempts.at(-1)!.error!.code = 'send_failed'),
    'receivers are charged while no name server answers': ({ rows, ownTroubles }) => {
      ownTroubles.push({ what: 'resolver', from: T + 100_000, until: T + 300_000 })
      rows.attempts.push(
        unsent('dlv_1', 3, T + 140_000, 'dns_failed'),
        unsent('dlv_3', 3, T + 141_000, 'dns_failed'),
        unsent('dlv_1', 4, T + 150_000, 'dns_failed'),
      )
    },
    'a receiver is charged although we stood still': ({ rows, outages }) => {
      outages.push({ cause: 'freeze', from: T + 100_000, until: T + 160_000, node: 'node-1' })
      rows.attempts.push({ ...unsent('dlv_1', 3, T + 90_000, 'timeout'), sends: 1, durationMs: 70_000 })
    },
    'one is charged that was begun while none answered, and failed when one did again': ({
      rows,
      ownTroubles,
    }) => {
      ownTroubles.push({ what: 'resolver', from: T + 100_000, until: T + 300_000 })
      rows.attempts.push(
        unsent('dlv_1', 3, T + 140_000, 'not_sent'),
        unsent('dlv_3', 3, T + 141_000, 'not_sent'),
        { ...unsent('dlv_1', 4, T + 299_000, 'dns_failed'), durationMs: 6_000 },
      )
    },
  },
}

function violated(history: Draft): number[] {
  return [...new Set(checkInvariants(asHistory(history)).violations.map(({ invariant }) => invariant))]
}

describe('a good history', () => {
  it('violates nothing, and every invariant is judged', () => {
    const verdict = checkInvariants(asHistory(sampleHistory()))
    expect([verdict.violations, verdict.notJudged]).toEqual([[], []])
    expect(verdict.judged).toEqual(Object.keys(INVARIANTS).map(Number))
  })

  it('meets cases of every one of the 21', () => {
    const { cases } = checkInvariants(asHistory(sampleHistory()))
    const unmet = Object.keys(INVARIANTS).filter(
      (invariant) => Number(invariant) <= 21 && !cases[Number(invariant)],
    )
    expect(unmet).toEqual([])
  })
})

describe('a bad history', () => {
  it('is there for every invariant', () => {
    expect(Object.keys(SPOILED)).toEqual(Object.keys(INVARIANTS))
  })

  const all = Object.entries(SPOILED).flatMap(([invariant, ways]) =>
    Object.entries(ways).map(([what, spoil]) => ({ invariant: Number(invariant), what, spoil })),
  )
  it.each(all)('violates $invariant: $what', ({ invariant, spoil }) => {
    const history = sampleHistory()
    spoil(history)
    expect(violated(history)).toContain(invariant)
  })
})

describe('what excuses', () => {
  it.each<[string, (history: Draft) => void, number]>([
    ['a repeat after a lost answer', ({ requests }) => (first(requests).answerArrived = false), 10],
    [
      'a repeat after a crash',
      ({ outages }) => outages.push({ cause: 'crash', from: T + 1_020, until: T + 1_500, node: 'node-1' }),
      10,
    ],
    [
      'a repeat that was asked for',
      ({ resends }) =>
        resends.push({
          ...{ webhookId: 'webhook_retried', deliveryId: 'dlv_1', status: 202 },
          ...{ askedAt: T + 5_000, answeredAt: T + 5_001 },
        }),
      10,
    ],
  ])('%s', (_what, excuse, invariant) => {
    const history = sampleHistory()
    first(history.requests).answer!.status = 200
    expect(violated(history)).toContain(invariant)
    excuse(history)
    expect(violated(history)).not.toContain(invariant)
  })

  it.each([
    ['came to nothing', null],
    ['did not arrive', { status: 200, retryAfterSeconds: null }],
  ])('a second try that the log tells of, where the answer to the first %s', (_what, answer) => {
    const history = sampleHistory()
    Object.assign(history.requests[1]!, { answer, answerArrived: false })
    history.requests.push(secondTry())
    expect(violated(history)).toContain(5)
    history.rows.attempts[2]!.sends = 2
    expect(violated(history)).toEqual([])
  })

  it('a wait while the server was down', () => {
    const history = sampleHistory()
    history.requests[1]!.at += 6_000
    expect(violated(history)).toContain(16)
    history.outages.push({ cause: 'crash', from: T + 1_006, until: T + 7_000, node: 'node-1' })
    expect(violated(history)).not.toContain(16)
  })

  it('a wait for what was held to be moved, as far as that takes', () => {
    const history = sampleHistory()
    const [started, other] = [history.promptWebhooks[0]!, history.rows.webhooks[2]!]
    history.changes.push(changed({ ...other, status: 'disabled' } as never, 'disabled', T + 500, 30), {
      ...changed(other, 'enabled', T + 2_000, 31),
      held: 'send',
    })
    history.requests[1]!.at = T + 8_000
    expect(violated(history)).toContain(16)
    started.movesMs = 2_000
    expect(violated(history)).not.toContain(16)
    history.requests[1]!.at = T + 10_000
    expect(violated(history)).toContain(16)
  })

  it('a wait that the receiver asked for', () => {
    const history = sampleHistory()
    history.requests[1]!.at += 60_000
    expect(violated(history)).toContain(16)
    Object.assign(history.rows.attempts[2]!, { statusCode: 503, responseHeaders: { 'retry-after': '60' } })
    expect(violated(history)).not.toContain(16)
  })

  it.each<[string, (history: Draft) => void]>([
    [
      'sent again by hand',
      ({ resends }) =>
        resends.push({
          ...{ webhookId: 'webhook_retried', deliveryId: 'dlv_1', status: 202 },
          ...{ askedAt: T + 30_000, answeredAt: T + 30_001 },
        }),
    ],
    [
      'its owner ended the pause',
      ({ changes, rows }) => changes.push(changed(rows.webhooks[0] as never, 'patched', T + 30_000, 30)),
    ],
    ['the clock was set forward', ({ clockSteps }) => clockSteps.push({ at: T + 30_000, byMs: 40_000 })],
  ])('a start in a pause: %s', (_what, excuse) => {
    const history = sampleHistory()
    Object.assign(first(history.rows.attempts), { statusCode: 429, responseHeaders: { 'retry-after': '90' } })
    expect(violated(history)).toContain(8)
    excuse(history)
    expect(violated(history)).not.toContain(8)
  })

  it('an event that was accepted by a request whose answer was lost', () => {
    const history = sampleHistory()
    const { webhookId } = first(history.rows.deliveries)
    for (const delivery of history.rows.deliveries.slice(0, 2)) {
      Object.assign(delivery, { webhookId, orderKey: '' })
    }
    const [asked, repeated] = history.ingests
    Object.assign(repeated!, { askedAt: T + 5_000, answeredAt: T + 5_010 })
    history.ingests = history.ingests.slice(1)
    expect(violated(history)).toContain(22)
    history.ingests.push({ ...asked!, answeredAt: null, status: null, events: [] })
    expect(violated(history)).not.toContain(22)
  })

  it('a clock that was set back', () => {
    const history = sampleHistory()
    history.rows.attempts[1]!.startedAt -= 500
    expect(violated(history)).toContain(8)
    history.clockSteps.push({ at: T + 30_000, byMs: -500 })
    expect(violated(history)).not.toContain(8)
  })

  it('a change whose moment is not known', () => {
    const history = sampleHistory()
    const stop = changed(
      { ...history.rows.webhooks[0]!, status: 'disabled' } as never,
      'disabled',
      T + 30_000,
      30,
    )
    history.changes.push(stop)
    expect(violated(history)).toContain(7)
    Object.assign(stop, { committedAt: null, answeredAt: null })
    expect(violated(history)).not.toContain(7)
  })
})

describe('what was not observed', () => {
  it.each(CHECKS.map(({ invariant, needs }, index) => ({ invariant, needs, index })))(
    'leaves $invariant unjudged (check $index)',
    ({ invariant, needs }) => {
      for (const need of needs) {
        const history = sampleHistory()
        if (need === 'rest') history.atRest = false
        else Reflect.deleteProperty(history, need)
        const { judged, notJudged } = checkInvariants(asHistory(history))
        expect(judged).not.toContain(invariant)
        expect(notJudged.map((entry) => entry.invariant)).toContain(invariant)
      }
    },
  )
})
