import type { Event } from '../../core/event.ts'
import type { FilterJudge } from './filter.ts'

/**
 * Which filters let an event through, by their text. One that fails on this body does not; one that could not be judged
 * in time does, since an event too many does less harm than one that is lost.
 */
export async function passingFilters(
  judge: Pick<FilterJudge, 'judge'>,
  event: Event,
  filters: readonly string[],
): Promise<ReadonlyMap<string, boolean>> {
  const verdicts = await judge.judge(event.organizationId, event.body, filters)
  return new Map(
    filters.map((filter, index) => {
      const verdict = verdicts[index]
      return [filter, verdict === 'match' || verdict === 'overrun']
    }),
  )
}

/**
 * Which expressions hold for an event, by their text, for whoever tells people of it. One that fails on this body does not;
 * one that could not be judged in time is left out: it must not say what nobody knows.
 */
export async function heldExpressions(
  judge: Pick<FilterJudge, 'judge'>,
  event: Event,
  expressions: readonly string[],
): Promise<ReadonlyMap<string, boolean>> {
  const verdicts = await judge.judge(event.organizationId, event.body, expressions)
  const held = new Map<string, boolean>()
  for (const [index, expression] of expressions.entries()) {
    const verdict = verdicts[index]
    if (verdict !== 'overrun') held.set(expression, verdict === 'match')
  }
  return held
}
