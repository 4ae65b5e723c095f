import { describe, expect, it } from 'vitest'
import { sampleDelivery, sampleEvent, sampleReport, sampleWebhook } from '../../test/support/samples.ts'
import { createVirtualClock } from '../../test/support/virtual-clock.ts'
import { Problem } from '../core/errors.ts'
import type { Event } from '../core/event.ts'
import { LIMITS } from '../core/limits.ts'
import type { Webhook } from '../core/webhook.ts'
import { createGroupCommit } from './group-commit.ts'
import type {
  AcceptOutcome,
  AcceptUnit,
  AttemptResult,
  Decisions,
  LaneClaim,
  WorkBatch,
  WorkOutcome,
  WorkStore,
} from './work.ts'

const UNIT: AcceptUnit = { claim: null, run: null, submission: null, events: [], target: null }
const RESULT: AttemptResult = { deliveryId: 'dlv_1', fence: 1, report: sampleReport() }
const CLAIM: LaneClaim = { webhookId: 'webhook_1', limit: 5, bytesMax: 1_000 }
const ACCEPTED = {
  outcome: 'accepted',
  deliveries: [],
  leased: [],
  waiting: [],
  targeted: [],
  fansOut: false,
} as const

function unitOf(events: number, body = Buffer.from('{}')): AcceptUnit {
  return { ...UNIT, events: Array.from({ length: events }, () => sampleEvent({ body })) }
}

/** A work store that answers what it is told to and remembers the sizes of its batches. */
function commitOver(
  answer: (batch: WorkBatch, decisions: Decisions) => WorkOutcome | Promise<WorkOutcome>,
  onStopped: (webhook: Webhook) => void = () => undefined,
) {
  const clock = createVirtualClock()
  const batches: WorkBatch[] = []
  const givenBack: [string, number, number][] = []
  const announced: Event[] = []
  const putOff: number[] = []
  const failures: unknown[] = []
  const work: WorkStore = {
    async commit(batch, decisions) {
      batches.push(batch)
      return answer(batch, decisions)
    },
    recover: async () => 0,
    lastTime: async () => 0,
    lanes: async () => [],
    moveWaiting: async () => null,
    bearWaiting: async () => null,
    announceDue: async () => ({ announced: [], nextDueAt: null }),
  }
  const decisions: Decisions = {
    match: () => true,
    admit: () => true,
    settle: () => {
      throw new Error('a store that settles nothing asks for no settlement')
    },
    announce: ({ after }) => ({ events: [], telling: after.telling }),
  }
  const commit = createGroupCommit({
    work,
    decisions,
    clock,
    giveBack: (webhookId, places, bytes) => givenBack.push([webhookId, places, bytes]),
    onStopped,
    onAnnounced: (events) => announced.push(...events),
    onPutOff: (time) => putOff.push(time),
    onFailure: (error) => failures.push(error),
  })
  return { clock, commit, batches, givenBack, announced, putOff, failures }
}

function allAccepted(batch: WorkBatch): WorkOutcome {
  return {
    accepts: batch.accepts.map(() => ({
      ...ACCEPTED,
      leased: [],
      deliveries: [],
      waiting: [],
      targeted: [],
      fansOut: false,
    })),
    results: batch.results.map(() => ({ stale: true })),
    claims: batch.claims.map(({ webhookId }) => ({ webhookId, leased: [], nextDueAt: null })),
    announced: [],
    tellAt: null,
  }
}

describe('a group commit', () => {
  it('puts what comes within its wait into one commit, of every kind', async () => {
    const { clock, commit, batches } = commitOver(allAccepted)
    const answers = [commit.accept(UNIT), commit.accept(UNIT), commit.settle(RESULT)]
    const claimed = commit.claim(CLAIM)
    await clock.advance(LIMITS.commitWaitMs)
    expect(
      batches.map(({ accepts, results, claims }) => [accepts.length, results.length, claims.length]),
    ).toEqual([[2, 1, 1]])
    expect(await Promise.all(answers)).toEqual([
      expect.objectContaining({ outcome: 'accepted' }),
      expect.objectContaining({ outcome: 'accepted' }),
      { stale: true },
    ])
    expect(await claimed).toMatchObject({ webhookId: 'webhook_1' })
  })

  it('does not wait when there is a commit’s worth, and never makes a larger one', async () => {
    const { clock, commit, batches } = commitOver(allAccepted)
    const many = LIMITS.stepRowsMax * 2 + 1
    const answers = Array.from({ length: many }, () => commit.accept(UNIT))
    await clock.advance(0)
    expect(batches.length).toBeGreaterThan(0)
    await clock.advance(LIMITS.commitWaitMs)
    await Promise.all(answers)
    expect(Math.max(...batches.map(({ accepts }) => accepts.length))).toBe(LIMITS.stepRowsMax)
    expect(batches.reduce((sum, { accepts }) => sum + accepts.length, 0)).toBe(many)
  })

  it('makes one at a time; what comes meanwhile goes into the next, without a further wait', async () => {
    let finish: () => void = () => undefined
    const first = new Promise<void>((resolve) => (finish = resolve))
    const { clock, commit, batches } = commitOver(async (batch) => {
      if (batches.length === 1) await first
      return allAccepted(batch)
    })
    const early = commit.accept(UNIT)
    await clock.advance(LIMITS.commitWaitMs)
    const late = commit.accept(UNIT)
    await clock.advance(100)
    expect(batches).toHaveLength(1)
    finish()
    await clock.advance(0)
    expect(batches).toHaveLength(2)
    await Promise.all([early, late, commit.idle()])
  })

  it('weighs a unit by its events: never more of them than a step’s worth, unless one unit brings them', async () => {
    const { clock, commit, batches } = commitOver(allAccepted)
    const large = unitOf(LIMITS.stepRowsMax + 100)
    const small = unitOf(LIMITS.stepRowsMax / 2 - 1)
    const answers = [small, large, small, small, small].map((unit) => commit.accept(unit))
    await clock.advance(LIMITS.commitWaitMs)
    await Promise.all(answers)
    expect(batches.map(({ accepts }) => accepts)).toEqual([[small], [large], [small, small], [small]])
  })

  it('takes units and results by turns when they do not fit beside each other', async () => {
    const { clock, commit, batches } = commitOver(allAccepted)
    const answers = [
      ...Array.from({ length: 4 }, () => commit.accept(unitOf(LIMITS.stepRowsMax))),
      ...Array.from({ length: 1_000 }, () => commit.settle(RESULT)),
    ]
    await clock.advance(LIMITS.commitWaitMs)
    await Promise.all(answers)
    const rows = batches.map(({ accepts, results }) => [
      accepts.reduce((sum, { events }) => sum + events.length, 0),
      3 * results.length,
    ])
    for (const [events = 0, results = 0] of rows)
      expect(events + results).toBeLessThanOrEqual(LIMITS.stepRowsMax)
    expect(rows.slice(0, 4)).toEqual([
      [0, 498],
      [1_000, 0],
      [0, 498],
      [1_000, 0],
    ])
  })

  it('lets organizations take turns: one that brings many large units delays another’s small one by a single commit', async () => {
    const { clock, commit, batches } = commitOver(allAccepted)
    const ofOther = { ...UNIT, events: [sampleEvent({ organizationId: 2 })] }
    const answers = [
      ...Array.from({ length: 10 }, () => commit.accept(unitOf(LIMITS.stepRowsMax))),
      commit.accept(ofOther),
    ]
    await clock.advance(LIMITS.commitWaitMs)
    await Promise.all(answers)
    expect(batches.findIndex(({ accepts }) => accepts.includes(ofOther))).toBe(1)
  })

  it('hands in again, in front of the rest, what the store left over', async () => {
    const { clock, commit, batches } = commitOver((batch) => {
      const { accepts, results, claims, announced, tellAt } = allAccepted(batch)
      return {
        accepts: accepts.slice(0, 1),
        results: results.slice(0, 1),
        claims: claims.slice(0, 1),
        announced,
        tellAt,
      }
    })
    const units = [unitOf(1), unitOf(1), unitOf(1)]
    const answers = [
      ...units.map((unit) => commit.accept(unit)),
      commit.settle(RESULT),
      commit.settle(RESULT),
      commit.claim(CLAIM),
      commit.claim(CLAIM),
    ]
    await clock.advance(LIMITS.commitWaitMs)
    await Promise.all(answers)
    expect(batches.map(({ accepts }) => accepts)).toEqual([units, units.slice(1), units.slice(2)])
    expect(batches.map(({ results, claims }) => [results.length, claims.length])).toEqual([
      [2, 2],
      [1, 1],
      [0, 0],
    ])
    await commit.idle()
  })

  it('refuses a request when what waits has too many bytes', async () => {
    const { clock, commit } = commitOver(() => new Promise<WorkOutcome>(() => undefined))
    const refusals: unknown[] = []
    const megabyte = unitOf(1, Buffer.alloc(1024 * 1024))
    // Four fifths: the rest is for others.
    const most = Math.floor((0.8 * LIMITS.commitQueueBytesMax) / (1024 * 1024))
    void commit.accept(UNIT)
    await clock.advance(LIMITS.commitWaitMs)
    for (let index = 0; index < most; index++) {
      commit.accept(megabyte).catch((error: unknown) => refusals.push(error))
    }
    await clock.settle()
    expect(refusals).toEqual([])
    void commit.accept(megabyte)
    await expect(commit.accept(unitOf(1))).rejects.toMatchObject({ code: 'overloaded' })
    const other = commit.accept({ ...UNIT, events: [sampleEvent({ organizationId: 2 })] })
    expect(await Promise.race([other, clock.settle().then(() => 'waits')])).toBe('waits')
  })

  it('refuses a request when too many wait', async () => {
    const { clock, commit } = commitOver(() => new Promise<WorkOutcome>(() => undefined))
    const refusals: unknown[] = []
    for (let index = 0; index < LIMITS.commitQueueMax + LIMITS.commitRowsMax + 1; index++) {
      commit.accept(UNIT).catch((error: unknown) => refusals.push(error))
    }
    await clock.settle()
    expect(refusals.length).toBeGreaterThan(0)
    expect(refusals[0]).toMatchObject({ code: 'overloaded' })
  })
})

describe('what a commit announces', () => {
  const webhook = sampleWebhook({ id: 'webhook_2' })
  const event = sampleEvent({ id: 'evt_announced', type: 'webhook.failing' })
  const leased = { delivery: sampleDelivery({ webhookId: webhook.id }), event }

  function announcing(outcome: Extract<AcceptOutcome, { outcome: 'accepted' | 'refused' }>) {
    return commitOver((batch, decisions) => {
      decisions.admit(webhook, event.body.length)
      return { ...allAccepted(batch), announced: [{ events: [event], outcome }] }
    })
  }

  it('is told, and keeps the places that it fills', async () => {
    const filled = { ...ACCEPTED, deliveries: [1], leased: [leased], waiting: [], targeted: [] }
    const { clock, commit, announced, givenBack } = announcing(filled)
    const settled = commit.settle(RESULT)
    await clock.advance(LIMITS.commitWaitMs)
    await settled
    expect(announced).toEqual([event])
    expect(givenBack).toEqual([])
  })

  it('is told of what was put off', async () => {
    const { clock, commit, putOff } = commitOver((batch) => ({ ...allAccepted(batch), tellAt: 7 }))
    const settled = commit.settle(RESULT)
    await clock.advance(LIMITS.commitWaitMs)
    await settled
    expect(putOff).toEqual([7])
  })

  it('gives back the places that it took in vain, and says why it was refused', async () => {
    const refusal = new Error('no such webhook')
    const { clock, commit, announced, givenBack, failures } = announcing({
      outcome: 'refused',
      error: refusal,
    })
    const settled = commit.settle(RESULT)
    await clock.advance(LIMITS.commitWaitMs)
    await settled
    expect(announced).toEqual([])
    expect(givenBack).toEqual([[webhook.id, 1, event.body.length]])
    expect(failures).toEqual([refusal])
  })
})

describe('a result that stops its webhook', () => {
  it('is told before anybody hears of that commit', async () => {
    const heard: string[] = []
    const webhook = sampleWebhook({ id: 'webhook_1', status: 'disabled_gone' })
    const settled = {
      stale: false,
      delivery: sampleDelivery(),
      webhook,
      stopped: false,
      unblocked: false,
    } as const
    const { clock, commit } = commitOver(
      (batch) => ({ ...allAccepted(batch), results: [settled, { ...settled, stopped: true }] }),
      ({ id }) => heard.push(id),
    )
    const first = commit.settle(RESULT).then(() => heard.push('first'))
    const second = commit.settle(RESULT).then(() => heard.push('second'))
    await clock.advance(LIMITS.commitWaitMs)
    await Promise.all([first, second])
    expect(heard).toEqual(['webhook_1', 'first', 'second'])
  })
})

describe('a result that alone cannot be settled', () => {
  it('is reported once, and is stale for whoever waits for it', async () => {
    const fault = new Error('cannot move from delivered to held')
    const { clock, commit, failures } = commitOver((batch) => ({
      ...allAccepted(batch),
      results: [{ stale: true, error: fault }, { stale: true }],
    }))
    const settled = [commit.settle(RESULT), commit.settle(RESULT)]
    await clock.advance(LIMITS.commitWaitMs)
    expect((await Promise.all(settled)).map(({ stale }) => stale)).toEqual([true, true])
    expect(failures).toEqual([fault])
  })
})

describe('a commit that fails', () => {
  it('refuses requests and claims, gives their places back, and writes results again until it can', async () => {
    let broken = true
    const { clock, commit, batches, givenBack, failures } = commitOver((batch, decisions) => {
      if (batch.accepts.length > 0) decisions.admit(sampleWebhook({ id: 'webhook_1' }), 700)
      if (broken) throw new Problem('store_full', 'no space')
      return allAccepted(batch)
    })
    const accepted = expect(commit.accept(UNIT)).rejects.toThrow('no space')
    const claimed = expect(commit.claim(CLAIM)).rejects.toThrow('no space')
    const settled = commit.settle(RESULT)
    await clock.advance(LIMITS.commitWaitMs)
    await Promise.all([accepted, claimed])
    expect(givenBack).toEqual([['webhook_1', 1, 700]])

    await clock.advance(60_000)
    const tries = batches.length
    // Doubling waits from 0.1 s to 5 s: no hot loop, no long silence.
    expect(tries).toBeGreaterThan(10)
    expect(tries).toBeLessThan(25)
    expect(failures).toHaveLength(tries)
    broken = false
    await clock.advance(LIMITS.commitRetryMsMax)
    expect(await settled).toEqual({ stale: true })
    expect(batches).toHaveLength(tries + 1)
  })

  it('answers a new request at once, however long the results have to wait', async () => {
    const { clock, commit } = commitOver(() => {
      throw new Problem('store_unavailable', 'gone')
    })
    void commit.settle(RESULT)
    await clock.advance(60_000)
    const refused = expect(commit.accept(UNIT)).rejects.toThrow('gone')
    await clock.advance(LIMITS.commitWaitMs)
    await refused
  })

  it('refuses one unit alone when only that one could not be written', async () => {
    const { clock, commit, givenBack } = commitOver((batch, decisions) => {
      decisions.admit(sampleWebhook({ id: 'webhook_1' }), 700)
      const outcome = allAccepted(batch)
      outcome.accepts[0] = { outcome: 'refused', error: new Problem('not_found', 'its workflow is gone') }
      return outcome
    })
    const bad = expect(commit.accept(UNIT)).rejects.toThrow('its workflow is gone')
    const good = commit.accept(UNIT)
    await clock.advance(LIMITS.commitWaitMs)
    await bad
    expect(await good).toMatchObject({ outcome: 'accepted' })
    expect(givenBack).toEqual([['webhook_1', 1, 700]])
  })
})
