import { isDeepStrictEqual } from 'node:util'
import type { Alert } from '../../core/alert.ts'
import { audienceFrom, audienceOf, audienceSize, type Audience } from '../../core/audience.ts'
import { Problem } from '../../core/errors.ts'
import type { Event } from '../../core/event.ts'
import { LIMITS } from '../../core/limits.ts'
import { afterRun, type Monitor } from '../../core/monitor.ts'
import { isEnded, type Run } from '../../core/run.ts'
import type { Webhook } from '../../core/webhook.ts'
import { matchCounting, type PassedOver } from '../passed-over.ts'
import type { IdempotencyClaim } from '../store.ts'
import {
  HearersUnknown,
  type AcceptOutcome,
  type AcceptUnit,
  type Decisions,
  type MonitorTold,
} from '../work.ts'
import { bearDeliveries } from './births.ts'
import type { BirthPort, Owed } from './births.ts'
import { judgeClaim } from './claims.ts'
import type { RunPart } from './parts.ts'
import type { StepRoom } from './room.ts'

/** What acceptance reads and writes of an engine whose answers are synchronous. */
export interface AcceptPort extends BirthPort {
  /** The claim on the same organization, operation and key, of whatever age. */
  earlierClaim(claim: IdempotencyClaim): IdempotencyClaim | null
  saveClaim(claim: IdempotencyClaim): void
  /**
   * False, and nothing is written, when that run has ended before. Throws `Problem('not_found')` when it is new and its
   * workflow is gone.
   */
  saveRun(run: Run, submission: Buffer | null): boolean
  saveAlert(alert: Alert): void
  countFilteredOut(webhookId: string, count: number, now: number): void
  /** Null when there is none of this organization. */
  monitor(organizationId: number, id: string): Monitor | null
  saveMonitor(monitor: Monitor): void
  addEvent(event: Event, deliveryCount: number): void
  /** Webhooks of the event's organization that name its type, at most `limit` of them; never deleted ones. */
  candidates(event: Event, limit: number): readonly Webhook[]
  /** See `Hearers.version`. */
  hearersVersion(organizationId: number): number
  /** Whether deliveries of events that this organization's webhooks were owed earlier are still to be made. */
  fansOut(organizationId: number): boolean
  /** Whether a move of the webhook waits for such deliveries. */
  moveWaits(webhookId: string): boolean
  /** Deliveries of this many of the organization's events are still to be made. */
  fanoutsLeft(organizationId: number): number
  /** Leaves the deliveries of an event to slices of their own; see fanouts.ts. After `addEvent`. */
  saveFanout(event: Event, audience: Audience, now: number): void
  webhook(id: string): Webhook | null
}

/** What commits do at once, unless a test wants to see what happens between slices. */
export interface AcceptBounds {
  /** `LIMITS.deliveriesAtOnceMax` */
  deliveriesAtOnceMax: number
}

/** Whom each event of a unit is owed to: as webhooks that were asked in this commit, or as found before it. */
type Hearing = Owed | { event: Event; audience: Audience }

type UnitPlan =
  | { outcome: 'planned'; hearings: Hearing[]; fansOut: boolean; passedOver: ReadonlyMap<string, number> }
  | Exclude<AcceptOutcome, { outcome: 'accepted' }>
  | { outcome: 'postponed' }

/**
 * All of a unit, or nothing of it. Null, and nothing is written, when there is too little `room` left; a unit that
 * `mustFit` is taken whatever is left.
 */
export function acceptUnit(
  port: AcceptPort,
  unit: AcceptUnit,
  decisions: Pick<Decisions, 'match' | 'admit'>,
  now: number,
  runPart: RunPart,
  room: StepRoom & AcceptBounds,
  mustFit: boolean,
): AcceptOutcome | null {
  const plan = runPart<UnitPlan>(
    () => planUnit(port, unit, decisions, now, room, mustFit),
    (error) => ({ outcome: 'refused', error }),
  )
  if (plan.outcome === 'postponed') return null
  if (plan.outcome !== 'planned') return plan
  const { hearings } = plan
  for (const [id, count] of plan.passedOver) {
    room.passedOver.set(id, (room.passedOver.get(id) ?? 0) + count)
  }
  if (plan.fansOut) {
    const deliveries = hearings.map(sizeOf)
    return { outcome: 'accepted', deliveries, leased: [], waiting: [], targeted: [], fansOut: true }
  }
  const owed = hearings.map((hearing) => resolve(port, hearing))
  return bearDeliveries(port, { owed, target: unit.target }, decisions, now)
}

/** The first half: everything that can fail on the unit's own account. */
function planUnit(
  port: AcceptPort,
  unit: AcceptUnit,
  decisions: Pick<Decisions, 'match'>,
  now: number,
  room: StepRoom & AcceptBounds,
  mustFit: boolean,
): UnitPlan {
  if (unit.claim !== null) {
    const verdict = judgeClaim(unit.claim, port.earlierClaim(unit.claim))
    if (verdict.outcome !== 'free') return verdict
  }
  if (unit.told !== undefined && !isStillSo(port, unit.told)) {
    return { outcome: 'replayed', resourceId: unit.told.monitor.id }
  }
  const passedOver: PassedOver = new Map(unit.hearers?.passedOver)
  const hearings = hearingsOf(port, unit, decisions, room, mustFit, passedOver)
  if (hearings === null) return { outcome: 'postponed' }
  if (hearings instanceof Error) return { outcome: 'refused', error: hearings }
  const total = hearings.reduce((sum, hearing) => sum + sizeOf(hearing), 0)
  const fansOut = unit.target === null && mustFanOut(port, hearings, total, room, mustFit)
  const counted = [...passedOver.keys()].filter((id) => !room.passedOver.has(id)).length
  const rows = Math.max(1, unit.events.length) + (fansOut ? unit.events.length : total) + counted
  if (rows > room.rows && !mustFit) return { outcome: 'postponed' }
  const refusal = fansOut ? refusalToWait(port, unit) : null
  if (refusal !== null) return { outcome: 'refused', error: refusal }
  // What a run that has ended makes known was stored with its end, and is not made twice.
  if (unit.run !== null && !port.saveRun(unit.run, unit.submission)) {
    return { outcome: 'replayed', resourceId: unit.run.id }
  }
  if (unit.run !== null) keepRunOfMonitor(port, unit.run, now)
  if (unit.told !== undefined) {
    port.saveMonitor({ ...unit.told.monitor, telling: unit.told.telling })
  }
  if (unit.claim !== null) port.saveClaim(unit.claim)
  for (const alert of unit.alerts ?? []) port.saveAlert(alert)
  let audience: Audience | null = null
  for (const hearing of hearings) {
    port.addEvent(hearing.event, sizeOf(hearing))
    if (!fansOut || sizeOf(hearing) === 0) continue
    audience = audienceFor(hearing, audience)
    port.saveFanout(hearing.event, audience, now)
  }
  room.rows -= rows
  return { outcome: 'planned', hearings, fansOut, passedOver }
}

function keepRunOfMonitor(port: AcceptPort, run: Run, now: number): void {
  if (run.monitorId === null || !isEnded(run)) return
  const monitor = port.monitor(run.organizationId, run.monitorId)
  if (monitor === null) return
  const after = afterRun(monitor, run, now)
  if (after !== monitor) port.saveMonitor(after)
}

/** Whether nothing has happened to the monitor since. */
function isStillSo(port: AcceptPort, { monitor }: MonitorTold): boolean {
  return isDeepStrictEqual(port.monitor(monitor.organizationId, monitor.id), monitor)
}

/** Null when there is no room to ask; an error when it has to be asked before the commit. */
function hearingsOf(
  port: AcceptPort,
  unit: AcceptUnit,
  { match }: Pick<Decisions, 'match'>,
  room: StepRoom,
  mustFit: boolean,
  passedOver: PassedOver,
): Hearing[] | HearersUnknown | null {
  const { events, target, hearers, addresses, filtered } = unit
  if (target !== null) {
    return events.map((event) => ({ event, webhooks: [targetOf(port, event, target.webhookId)] }))
  }
  const [first] = events
  if (hearers !== undefined && first !== undefined) {
    if (hearers.version !== port.hearersVersion(first.organizationId)) return new HearersUnknown()
    return events.map((event) => {
      const audience =
        addresses?.get(event.id)?.subscribers === false ? undefined : hearers.byEvent.get(event.id)
      return {
        event,
        audience: addressed(port, event, audience ?? audienceOf([]), addresses?.get(event.id)?.to),
      }
    })
  }
  /** What the organization itself must be told cannot wait for somebody who asks before the commit. */
  const bounded = filtered !== undefined
  const asked = events.map((event) =>
    addresses?.get(event.id)?.subscribers === false
      ? []
      : port.candidates(event, bounded ? LIMITS.stepRowsMax + 1 : Number.MAX_SAFE_INTEGER),
  )
  const matches = asked.reduce((sum, candidates) => sum + candidates.length, 0)
  if (
    bounded &&
    (matches > LIMITS.stepMatchesMax || asked.some(({ length }) => length > LIMITS.stepRowsMax))
  ) {
    return new HearersUnknown()
  }
  if (matches > room.matches && !mustFit) return null
  room.matches -= matches
  return events.map((event, index) => {
    const subscribed = (asked[index] ?? []).filter((webhook) =>
      matchCounting(match, event, webhook, filtered, passedOver),
    )
    return { event, webhooks: withAddressed(port, event, subscribed, addresses?.get(event.id)?.to) }
  })
}

/**
 * Deliveries are made in slices when they are many, and when others of the organization are: of a webhook in strict
 * order, or one that is being stopped or started, none may come before what it was owed earlier.
 */
function mustFanOut(
  port: AcceptPort,
  hearings: readonly Hearing[],
  total: number,
  room: StepRoom & AcceptBounds,
  mustFit: boolean,
): boolean {
  if (total > room.deliveriesAtOnceMax) return true
  // The first of a commit has to be taken: its deliveries follow if they do not fit.
  if (mustFit && hearings.length + total > Math.max(room.rows, 1) && total > 1) return true
  const organizationId = hearings[0]?.event.organizationId
  if (organizationId === undefined || total === 0 || !port.fansOut(organizationId)) return false
  return hearings.some((hearing) =>
    resolve(port, hearing).webhooks.some(
      (webhook) => webhook.ordering !== null || port.moveWaits(webhook.id),
    ),
  )
}

/** What waits to be made has a bound for each organization. What the server itself makes known is few, and not refused. */
function refusalToWait(port: AcceptPort, { events, run, filtered }: AcceptUnit): Problem | null {
  const organizationId = events[0]?.organizationId
  if (organizationId === undefined || run !== null || filtered === undefined) return null
  if (port.fanoutsLeft(organizationId) < LIMITS.fanoutsWaitingMax) return null
  return new Problem(
    'overloaded',
    'The deliveries of too many earlier events are still being made. Try again in a moment.',
  )
}

function sizeOf(hearing: Hearing): number {
  return 'audience' in hearing ? audienceSize(hearing.audience) : hearing.webhooks.length
}

/** Shares the list of the event before when it is the same: mostly all events of a request are heard alike. */
function audienceFor(hearing: Hearing, before: Audience | null): Audience {
  if ('audience' in hearing) return hearing.audience
  const { webhooks } = hearing
  const isSame =
    before?.chosen === null &&
    before.webhookIds.length === webhooks.length &&
    webhooks.every(({ id }, place) => before.webhookIds[place] === id)
  return isSame ? before : audienceOf(webhooks.map(({ id }) => id))
}

function resolve(port: AcceptPort, hearing: Hearing): Owed {
  if ('webhooks' in hearing) return hearing
  const { webhookIds } = audienceFrom(hearing.audience, 0, Number.MAX_SAFE_INTEGER)
  return {
    event: hearing.event,
    webhooks: webhookIds.map((id) => {
      const webhook = port.webhook(id)
      if (webhook === null) throw new Error(`webhook ${id} is gone, and its organization does not know`)
      return webhook
    }),
  }
}

/** Those it is addressed to beside its subscribers; nobody twice. */
function addressed(
  port: AcceptPort,
  event: Event,
  audience: Audience,
  to: readonly string[] | undefined,
): Audience {
  if (to === undefined) return audience
  const subscribed = audienceFrom(audience, 0, Number.MAX_SAFE_INTEGER).webhookIds
  const own = to.filter((id) => {
    const webhook = port.webhook(id)
    return webhook !== null && isOwn(webhook, event)
  })
  return audienceOf([...new Set([...subscribed, ...own])])
}

function withAddressed(
  port: AcceptPort,
  event: Event,
  subscribed: readonly Webhook[],
  to: readonly string[] | undefined,
): readonly Webhook[] {
  if (to === undefined) return subscribed
  const hearers = new Map(subscribed.map((webhook) => [webhook.id, webhook]))
  for (const id of to) {
    const webhook = port.webhook(id)
    if (webhook !== null && isOwn(webhook, event)) hearers.set(id, webhook)
  }
  return [...hearers.values()]
}

function isOwn({ deletedAt, organizationId }: Webhook, event: Event): boolean {
  return deletedAt === null && organizationId === event.organizationId
}

function targetOf(port: AcceptPort, event: Event, webhookId: string): Webhook {
  const webhook = port.webhook(webhookId)
  if (webhook === null || !isOwn(webhook, event)) {
    throw new Problem('not_found', `webhook ${webhookId} is gone`)
  }
  return webhook
}
