import { LIMITS } from '../../../src/core/limits.ts'
import { MINUTE_MS } from '../../../src/core/time.ts'
import type { Check, Report } from '../check.ts'
import type { Facts } from '../facts.ts'
import type { Ingest } from '../history.ts'
import { byIdempotencyKey, isSuccess } from '../ingests.ts'

/** 13 */
export const oneKeyOneEvent: Check = {
  invariant: 13,
  needs: ['ingests', 'rows', 'removals'],
  run(facts, report) {
    for (const group of byIdempotencyKey(facts)) judgeKey(facts, withinTheDay(facts, group), report)
  },
}

/** A key binds for a day of the store's clock; what comes near the end of it may go either way. */
function withinTheDay(facts: Facts, group: readonly Ingest[]): Ingest[] {
  const first = group[0]?.askedAt ?? 0
  const ageMs = (ingest: Ingest): number => facts.storeTime(ingest.askedAt) - facts.storeTime(first)
  return group.filter((ingest) => ageMs(ingest) < LIMITS.idempotencyMs - MINUTE_MS)
}

function judgeKey(facts: Facts, group: readonly Ingest[], { looked, broken }: Report): void {
  looked()
  // An event is there if an answer promised it, or if the answer was lost and the store has it.
  const accepted = group.filter(
    ({ status, events }) =>
      isSuccess(status) || (status === null && events.some(({ id }) => facts.event(id) !== undefined)),
  )
  const key = group[0]?.idempotency?.key ?? ''
  const at = group[0]?.askedAt ?? 0
  const made = new Set(accepted.map(({ events }) => events.map(({ id }) => id).join(' ')))
  if (made.size > 1) broken(`the key ${key} made ${[...made].join(' and ')}`, { at })
  const bodies = new Set(accepted.map(({ idempotency }) => idempotency?.requestHash))
  if (bodies.size > 1) broken(`the key ${key} was taken for ${bodies.size} different requests`, { at })

  for (const { status, idempotency } of group) {
    if (status !== 409) continue
    const differs = (other: Ingest): boolean => other.idempotency?.requestHash !== idempotency?.requestHash
    if (!group.some((other) => other.status !== 409 && differs(other))) {
      broken(`the key ${key} met a conflict with nothing`, { at })
    }
  }
}
