import { attemptsMax } from '../../../src/core/webhook.ts'
import type { SettleFacts, Settlement } from '../../../src/store/work.ts'
import { BUSY, type Mutation } from './mutation.ts'
import { withBatches, withDecisions } from './with-decisions.ts'

type Settle = (facts: SettleFacts) => Settlement

function settling(name: string, invariant: number, mistake: (settle: Settle) => Settle): Mutation {
  return {
    name,
    invariant,
    scenario: BUSY,
    options: {
      plantBug: (store) =>
        withDecisions(store, (decisions) => ({ settle: mistake((facts) => decisions.settle(facts)) })),
    },
  }
}

/** The wait before a retry is the one of the retry before it. */
export const shortWait = settling('an off-by-one in the waits of the schedule', 8, (settle) => (facts) => {
  const right = settle(facts)
  const { delivery } = facts
  if (right.delivery.state !== 'pending' || facts.outcome !== 'failed') return right
  const early = settle({ ...facts, delivery: { ...delivery, tries: delivery.tries - 1 } })
  return { ...right, delivery: { ...right.delivery, dueAt: early.delivery.dueAt } }
})

/** One attempt more than there are waits and one. */
export const oneTooMany = settling('an off-by-one at the end of the schedule', 6, (settle) => (facts) => {
  const right = settle(facts)
  const atTheEnd = right.delivery.state === 'exhausted' && right.delivery.tries === attemptsMax(facts.webhook)
  if (!atTheEnd || facts.delivery.state !== 'pending' || facts.delivery.kind === 'test') return right
  return {
    ...right,
    holdPending: false,
    webhook: null,
    delivery: { ...right.delivery, state: 'pending', dueAt: facts.now + 1_000, endedAt: null },
  }
})

export const miscount = settling('a failure is counted twice', 21, (settle) => (facts) => {
  const right = settle(facts)
  const { webhook } = right
  if (webhook === null || webhook.failureCount === 0) return right
  return { ...right, webhook: { ...webhook, failureCount: webhook.failureCount + 1 } }
})

export const lateDisable = settling(
  'a dead endpoint is disabled one failure too late',
  21,
  (settle) => (facts) =>
    settle({
      ...facts,
      webhook: {
        ...facts.webhook,
        disableAfter: facts.webhook.disableAfter && facts.webhook.disableAfter + 1,
      },
    }),
)

const ASKING = {
  ...BUSY,
  receivers: ['limiting', 'closed'],
  faultsPerDay: { ...BUSY.faultsPerDay!, crash: 0 },
  ownerActionsPerHour: 0,
  burstsPerHour: 4,
}

/** The receiver's wish holds for the delivery that it answered, and for no other. */
export const pauseIgnored: Mutation = {
  ...settling('Retry-After is forgotten', 8, (settle) => (facts) => {
    const right = settle(facts)
    return { ...right, webhook: right.webhook && { ...right.webhook, pausedUntil: null } }
  }),
  scenario: ASKING,
}

export const lastPauseHolds: Mutation = {
  ...settling('the last Retry-After holds, and not the longest', 21, (settle) => (facts) => {
    const free = { ...facts.webhook, pausedUntil: null }
    const [right, last] = [settle(facts), settle({ ...facts, webhook: free })]
    const pausedUntil = last.webhook?.pausedUntil ?? right.webhook?.pausedUntil ?? null
    return { ...right, webhook: right.webhook && { ...right.webhook, pausedUntil } }
  }),
  scenario: ASKING,
}

export const pausedFailureCounts: Mutation = {
  ...settling('what fails in a pause counts', 21, (settle) => (facts) => {
    const { pausedUntil } = facts.webhook
    const wrong = settle({ ...facts, webhook: { ...facts.webhook, pausedUntil: null } })
    const right = settle(facts)
    if (wrong.webhook === null || pausedUntil === null) return right
    return { ...wrong, webhook: { ...wrong.webhook, pausedUntil: right.webhook?.pausedUntil ?? pausedUntil } }
  }),
  scenario: ASKING,
}

export const forgottenDelivery = settling(
  'an acknowledged delivery is tried again',
  4,
  (settle) => (facts) => {
    const right = settle(facts)
    if (right.delivery.state !== 'delivered' || facts.delivery.state !== 'pending') return right
    if (facts.delivery.fence % 2 === 1) return right
    return { ...right, delivery: { ...right.delivery, state: 'exhausted' } }
  },
)

/** A request that was sent twice within one attempt is written down as sent once. */
export const secondTryUntold: Mutation = {
  name: 'a second try that is not written down',
  invariant: 5,
  scenario: BUSY,
  options: {
    plantBug: (store) =>
      withBatches(store, (batch) => ({
        ...batch,
        results: batch.results.map((result) => ({
          ...result,
          report: { ...result.report, sends: Math.min(1, result.report.sends) },
        })),
      })),
  },
}
