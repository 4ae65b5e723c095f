import type { Check } from '../check.ts'
import type { Facts } from '../facts.ts'
import { sum } from '../facts.ts'
import type { ObserverMs } from '../history.ts'
import { isSuccess, promised, wasReplayed } from '../ingests.ts'
import { pausesOf, type Pause } from '../pauses.ts'

/** 16 */
export const promptWebhooksAreServedInTime: Check = {
  invariant: 16,
  needs: ['ingests', 'requests', 'rows', 'removals', 'resends', 'replays', 'promptWebhooks'],
  run(facts, { looked, broken }) {
    const bounds = new Map(facts.history.promptWebhooks?.map((prompt) => [prompt.webhookId, prompt]))
    const pauses = Map.groupBy(pausesOf(facts), (pause) => pause.webhookId)
    const resent = new Set((facts.history.resends ?? []).map((resend) => resend.deliveryId))
    for (const { event, from, named } of promised(facts)) {
      if (named.targetId !== null) continue
      for (const { id: deliveryId, webhookId, eventId, state, resendOf } of facts.deliveriesOf(event.id)) {
        const bound = bounds.get(webhookId)
        if (bound === undefined || state === 'cancelled' || wasReplayed(facts, webhookId, from)) continue
        if (resent.has(deliveryId) || resendOf !== null) continue
        looked()
        const requests = facts.requestsOf({ webhookId, eventId })
        const served = requests.find((request) => isSuccess(request.answer?.status ?? null))
        const until = served?.at ?? facts.history.endedAt
        const startedAgain = facts.timelineOf(webhookId).changed('enabled', from, until).length > 0
        const withinMs = bound.withinMs + (startedAgain ? (bound.movesMs ?? 0) : 0)
        const waitedMs = workingMs(facts, webhookId, pauses.get(webhookId) ?? [], [from, until])
        if (waitedMs <= withinMs) continue
        const how = served === undefined ? 'was not served within' : 'waited for'
        broken(`${how} ${Math.round(waitedMs)} ms of working time; the bound is ${withinMs}`, {
          ...{ deliveryId, webhookId, eventId },
          at: from,
        })
      }
    }
  },
}

/**
 * Time within a span in which the engine could work, the webhook was live beyond doubt, its receiver wanted to be sent
 * something, and no clock was set back.
 */
function workingMs(facts: Facts, webhookId: string, pauses: readonly Pause[], [from, to]: Span): number {
  const live = facts.timelineOf(webhookId).liveSpans(from, to)
  const outages = [...facts.history.outages, ...awayOf(pauses)].filter(
    (outage) => outage.until > from && outage.from < to,
  )
  const working = live.flatMap((span) =>
    outages.reduce((spans, outage) => spans.flatMap((one) => without(one, outage)), [span]),
  )
  // Only the last stretch counts whole: each outage, stop or restart begins the wait anew.
  const longestMs = Math.max(0, ...working.map(([begin, end]) => end - begin))
  return longestMs - sum([facts.setBackMs(from, to)])
}

function awayOf(pauses: readonly Pause[]): { from: ObserverMs; until: ObserverMs }[] {
  return pauses.map(({ from, forMs }) => ({ from, until: from + forMs }))
}

type Span = [ObserverMs, ObserverMs]

function without([from, to]: Span, outage: { from: ObserverMs; until: ObserverMs }): Span[] {
  const before: Span = [from, Math.min(to, outage.from)]
  const after: Span = [Math.max(from, outage.until), to]
  return [before, after].filter(([begin, end]) => begin < end)
}
