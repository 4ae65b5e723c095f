import type { Event } from '../../core/event.ts'
import { LIMITS } from '../../core/limits.ts'
import type { Webhook } from '../../core/webhook.ts'
import type { Announced, Announcement, Decisions, DueAnnouncements, Turn } from '../work.ts'
import { acceptUnit } from './accept.ts'
import type { AcceptBounds, AcceptPort } from './accept.ts'
import type { RunPart } from './parts.ts'
import { wholeStep, type StepRoom } from './room.ts'
import type { SettlePort } from './settle.ts'

/** What telling of webhooks reads and writes of an engine whose answers are synchronous. */
export interface AnnouncePort {
  bounds: AcceptBounds
  /** May remember webhooks as they are now: what changes them calls for another. */
  openAcceptPort(): AcceptPort
  settlePort: Pick<SettlePort, 'webhook' | 'saveWebhookState'>
  /** See `Turn.timesOf`. */
  eventTimes(organizationId: number, ...asked: Parameters<Turn['timesOf']>): number[]
}

export interface UntoldPort extends AnnouncePort {
  /** Webhooks of which something is to be told by `now`, the longest due first. */
  untold(now: number, limit: number): readonly Webhook[]
  /** When the first of all is to be told; null when nothing is. */
  nextTellAt(): number | null
}

/** What is to be told of a webhook; its row says already that it was, or when it is to be. */
export interface DecidedTelling {
  webhookId: string
  events: Event[]
  /** Null unless the rules broke. */
  error: Error | null
  tellAt: number | null
  before: Webhook['telling']
}

/** `decided`: what the same transaction tells besides, which is not stored yet. */
export function decideTelling(
  port: AnnouncePort,
  { before, carried }: Pick<Turn, 'before' | 'carried'>,
  decided: readonly DecidedTelling[],
  { announce }: Pick<Decisions, 'announce'>,
  now: number,
  runPart: RunPart,
): DecidedTelling {
  const after = port.settlePort.webhook(before.id) ?? before
  const timesOf: Turn['timesOf'] = (types, since, limit) => {
    const others = decided
      .flatMap(({ events }) => events)
      .filter(({ organizationId, type }) => organizationId === after.organizationId && types.includes(type))
      .map(({ createdAt }) => createdAt)
    return [...port.eventTimes(after.organizationId, types, since, limit), ...others].slice(-limit)
  }
  const announcement = runPart<Announcement | Error>(
    () => announce({ before, after, carried, now, timesOf }),
    (error) => error,
  )
  const isBroken = announcement instanceof Error
  const telling = isBroken ? putOff(after.telling, now) : announcement.telling
  saveTelling(port, after, telling)
  return {
    ...{ webhookId: after.id, before: after.telling, tellAt: telling.dueAt },
    ...(isBroken ? { events: [], error: announcement } : { events: announcement.events, error: null }),
  }
}

export function acceptTold(
  port: AnnouncePort,
  accepting: AcceptPort,
  { webhookId, events, error, before }: DecidedTelling,
  decisions: Pick<Decisions, 'match' | 'admit'>,
  now: number,
  runPart: RunPart,
  room: StepRoom & AcceptBounds,
): Announced[] {
  if (error !== null) return [{ events: [], outcome: { outcome: 'refused', error } }]
  if (events.length === 0) return []
  const unit = { claim: null, run: null, submission: null, events, target: null }
  const outcome = acceptUnit(accepting, unit, decisions, now, runPart, room, true)
  // The other outcomes are those of an Idempotency-Key.
  if (outcome?.outcome !== 'accepted' && outcome?.outcome !== 'refused') return []
  const webhook = port.settlePort.webhook(webhookId)
  if (outcome.outcome === 'refused' && webhook !== null) saveTelling(port, webhook, putOff(before, now))
  return [{ events, outcome }]
}

export function firstTellAt(told: readonly DecidedTelling[]): number | null {
  const times = told.flatMap(({ tellAt }) => tellAt ?? [])
  return times.length === 0 ? null : Math.min(...times)
}

/** Tells what was put off until now, as much as one step may. */
export function announceUntold(
  port: UntoldPort,
  decisions: Pick<Decisions, 'match' | 'announce'>,
  now: number,
  runPart: RunPart,
): DueAnnouncements {
  const accepting = port.openAcceptPort()
  // Whatever it is, it has waited for minutes: it is claimed from the store like all that waits.
  const rules = { ...decisions, admit: () => false }
  const room = { ...wholeStep(), ...port.bounds }
  const announced: Announced[] = []
  for (const before of port.untold(now, LIMITS.tellingsPerSlice)) {
    const told = decideTelling(port, { before, carried: null }, [], decisions, now, runPart)
    announced.push(...acceptTold(port, accepting, told, rules, now, runPart, room))
    if (room.rows <= 0 || room.matches <= 0) break
  }
  return { announced, nextDueAt: port.nextTellAt() }
}

/** What could not be told now is told another time: not at once, since it would fail again. */
function putOff(telling: Webhook['telling'], now: number): Webhook['telling'] {
  return { ...telling, dueAt: now + LIMITS.faultWaitMs }
}

function saveTelling(port: AnnouncePort, webhook: Webhook, telling: Webhook['telling']): void {
  if (telling === webhook.telling) return
  port.settlePort.saveWebhookState({ ...webhook, telling, revision: webhook.revision + 1 })
}
