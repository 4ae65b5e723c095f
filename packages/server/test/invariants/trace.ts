import type { Subject } from './check.ts'
import { createFacts, type Facts } from './facts.ts'
import type { History, ObserverMs } from './history.ts'

/** Lines that one violation's trace may have; the ones around it are kept. */
const LINES_MAX = 80

/** What happened to the delivery, event or webhook that a violation is about, in the order of time. */
export function traceOf(history: History, where: Subject): string[] {
  const facts = createFacts(history)
  const about = subjectOf(facts, where)
  const entries = [
    ...ofTheEvent(facts, about),
    ...ofTheWebhook(facts, about),
    ...ofTheDelivery(facts, about),
    ...ofTheMachine(facts),
  ].sort((left, right) => left.at - right.at)
  const span = spanOf(facts, about)
  const near = entries.filter(({ at }) => at >= span[0] && at <= span[1])
  const lines = near.map(({ at, text }) => `${timeOf(history, at)}  ${text}`)
  if (lines.length <= LINES_MAX) return lines
  return [
    ...lines.slice(0, LINES_MAX / 2),
    `… ${lines.length - LINES_MAX} more …`,
    ...lines.slice(-LINES_MAX / 2),
  ]
}

interface Entry {
  at: ObserverMs
  text: string
}

/** Fills in what the violation did not say but the rows do. */
function subjectOf(facts: Facts, where: Subject): Subject {
  const delivery = where.deliveryId === undefined ? undefined : facts.delivery(where.deliveryId)
  const found = facts.rows.deliveries.find(
    (one) => one.eventId === where.eventId && one.webhookId === where.webhookId,
  )
  const known = delivery ?? found
  if (known === undefined) return where
  return { ...where, deliveryId: known.id, webhookId: known.webhookId, eventId: known.eventId }
}

function ofTheEvent(facts: Facts, { eventId }: Subject): Entry[] {
  return (facts.history.ingests ?? []).flatMap((ingest) => {
    if (!ingest.events.some((event) => event.id === eventId)) return []
    const status = ingest.status === null ? 'never answered' : `answered ${ingest.status}`
    return [
      { at: ingest.askedAt, text: `${eventId} is handed in` },
      ...(ingest.answeredAt === null ? [] : [{ at: ingest.answeredAt, text: `${eventId}: ${status}` }]),
    ]
  })
}

function ofTheWebhook(facts: Facts, { webhookId }: Subject): Entry[] {
  return facts.timelineOf(webhookId ?? '').changes.map((change) => {
    const { what, held, committedAt, askedAt, webhook } = change
    const { status, failureCount, retrySchedule, disableAfter, revision } = webhook
    const policy = `schedule [${retrySchedule.join(', ')}], disable after ${disableAfter}`
    const asked = held === null ? what : `${what} (held: ${held})`
    return {
      at: committedAt ?? askedAt,
      text: `webhook ${asked}: ${status}, failures ${failureCount}, ${policy}, revision ${revision}`,
    }
  })
}

function ofTheDelivery(facts: Facts, { deliveryId, webhookId, eventId }: Subject): Entry[] {
  if (deliveryId === undefined) return []
  const delivery = facts.delivery(deliveryId)
  const requests = facts.requestsOf({ webhookId: webhookId ?? '', eventId: eventId ?? '' })
  const leases = (facts.history.leases ?? []).filter((step) => step.deliveryId === deliveryId)
  const settled = (facts.history.settled ?? []).filter((one) => one.deliveryId === deliveryId)
  return [
    ...leases.map(({ at, what, fence, node }) => ({ at, text: `lease ${fence} ${what} (${node})` })),
    ...settled.map(({ at, outcome, statusCode, state, webhook }) => ({
      at,
      text: `settled ${outcome} ${statusCode ?? '–'}: ${state}; webhook ${webhook.status}, failures ${webhook.failureCount}`,
    })),
    ...requests.map(({ at, startedAt, endedAt, answer, answerArrived, node }) => ({
      at: startedAt ?? at,
      text:
        `request by ${node ?? '?'}, read ${timeOf(facts.history, at)}, ended ${endedAt === null ? 'never' : timeOf(facts.history, endedAt)}: ` +
        `${answer === null ? 'no answer' : answer.status}${answerArrived === false ? ' (lost)' : ''}`,
    })),
    ...facts.attemptsOf(deliveryId).map(({ number, kind, outcome, startedAt, statusCode }) => ({
      at: startedAt,
      text: `recorded: attempt ${number} (${kind}) ${outcome} ${statusCode ?? '–'}, by the store's clock`,
    })),
    ...(delivery === undefined
      ? []
      : [
          {
            at: facts.history.endedAt,
            text: `row ${deliveryId}: ${delivery.state}, tries ${delivery.tries}, attempts ${delivery.attemptCount}, fence ${delivery.fence}, leased ${String(delivery.leasedAt)}, due ${String(delivery.dueAt)}`,
          },
        ]),
  ]
}

function ofTheMachine({ history }: Facts): Entry[] {
  return [
    ...history.outages.flatMap(({ cause, from, until, node }) => [
      { at: from, text: `${cause} begins${node === null ? '' : ` (${node})`}` },
      { at: until, text: `${cause} is over${node === null ? '' : ` (${node})`}` },
    ]),
    ...history.clockSteps.map(({ at, byMs }) => ({ at, text: `the clock is set by ${byMs} ms` })),
  ]
}

/** From a while before the subject comes to be until its end, so that a long history stays readable. */
function spanOf(facts: Facts, about: Subject): [ObserverMs, ObserverMs] {
  const AROUND_MS = 120_000
  const times = [...ofTheEvent(facts, about), ...ofTheDelivery(facts, about)].map((entry) => entry.at)
  if (about.deliveryId !== undefined && times.length > 0) {
    return [Math.min(...times, about.at ?? Infinity) - AROUND_MS, facts.history.endedAt]
  }
  return about.at === undefined
    ? [facts.history.startedAt, facts.history.endedAt]
    : [about.at - AROUND_MS, about.at + AROUND_MS]
}

/** Time since the beginning, as `hh:mm:ss.mmm`. */
function timeOf({ startedAt }: History, at: ObserverMs): string {
  const ms = Math.max(0, Math.round(at - startedAt))
  const two = (value: number): string => String(Math.floor(value)).padStart(2, '0')
  return `${two(ms / 3_600_000)}:${two((ms / 60_000) % 60)}:${two((ms / 1_000) % 60)}.${String(ms % 1_000).padStart(3, '0')}`
}
