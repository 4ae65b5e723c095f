import type { Check } from '../check.ts'
import { sum, type Facts } from '../facts.ts'
import type { Counter } from '../history.ts'

/** 15: what rows count of themselves. */
export const rowsCountRight: Check = {
  invariant: 15,
  needs: ['rows', 'removals'],
  run(facts, { looked, broken }) {
    for (const { id: deliveryId, webhookId, eventId, attemptCount } of facts.rows.deliveries) {
      looked()
      const where = { deliveryId, webhookId, eventId }
      const attempts = facts.attemptsOf(deliveryId)
      if (attemptCount !== attempts.length)
        broken(`counts ${attemptCount} attempts of ${attempts.length}`, where)
      if (attempts.some(({ number }, index) => number !== index + 1))
        broken('attempts are numbered with gaps', where)
    }
  },
}

/** 15: what processes counted while they worked. One that was cut off may not have come to count all it did. */
export const countersEqualTheLog: Check = {
  invariant: 15,
  needs: ['counters', 'rows', 'removals'],
  run(facts, { looked, broken }) {
    const cutOff = facts.history.outages.some(({ cause }) => cause === 'crash' || cause === 'freeze')
    for (const counter of facts.history.counters ?? []) {
      const recount = recountOf(facts, counter)
      if (recount === null) continue
      looked()
      const right = cutOff ? counter.value <= recount : counter.value === recount
      if (!right) broken(`"${counter.what}" is ${counter.value}, the log has ${recount}`, {})
    }
  },
}

/** Null when the history does not tell. */
function recountOf(facts: Facts, { what, organizationId }: Counter): number | null {
  const counts = (row: { organizationId: number }): boolean =>
    organizationId === null || row.organizationId === organizationId
  switch (what) {
    case 'events accepted':
      return facts.rows.events.filter(counts).length
    case 'attempts delivered':
    case 'attempts failed':
    case 'attempts unknown': {
      const outcome = what.slice('attempts '.length)
      const owned = facts.rows.deliveries.filter(counts).flatMap(({ id }) => facts.attemptsOf(id))
      return sum(owned.map((attempt) => (attempt.outcome === outcome ? 1 + attempt.repeats : 0)))
    }
    case 'results dropped':
      return facts.history.leases?.filter((step) => step.what === 'dropped').length ?? null
  }
}
