import type { Delivery } from '../../src/core/delivery.ts'
import { LIMITS } from '../../src/core/limits.ts'
import { HOUR_MS, MINUTE_MS, SECOND_MS } from '../../src/core/time.ts'
import { attemptsMax, isLive, type Webhook } from '../../src/core/webhook.ts'
import { sum } from '../invariants/facts.ts'
import type { Rows } from '../invariants/history.ts'
import { RETRY_AFTER_SECONDS_MAX } from './receivers/index.ts'
import { isAtRest } from './rest.ts'
import { readRows } from './store/read-rows.ts'
import type { World } from './world.ts'

/**
 * How long what is owed may take over receivers as they are: no schedule of a scenario, and no clock step, makes one
 * delivery wait longer than this.
 */
const REST_MS_MAX = 72 * HOUR_MS
const REST_STEP_MS = 10 * MINUTE_MS

/**
 * The weather clears, the last process that was cut off is replaced, and what is owed is sent.
 *
 * What is sent one after the other may honestly need longer than the bound: in strict order each delivery waits for all
 * retries of those before it, so five hundred of them to a dead receiver take weeks. Then the receivers are mended, and
 * the lines must be empty soon: that asks more of the engine than weeks of patience would. It is no way out for others.
 * If anything is left that did not need longer, the day ends there and is judged as it is.
 */
export async function windDown(world: World): Promise<void> {
  Object.assign(world.weather, { failing: 0, full: false, trap: null })
  world.network.trap = null
  world.network.broken.clear()
  const asking = askingWebhooks(world)
  const needs = needsMs(await readNow(world), asking)
  if (await restsWithin(world, REST_MS_MAX)) return
  const rows = await readNow(world)
  if (rows.deliveries.some((row) => isOwed(row) && (needs.get(row.webhookId) ?? 0) <= REST_MS_MAX)) return
  world.network.mendReceivers()
  await restsWithin(world, drainMs(rows, world.clock.now()))
}

async function restsWithin(world: World, ms: number): Promise<boolean> {
  for (let waitedMs = 0; waitedMs < ms; waitedMs += REST_STEP_MS) {
    await world.clock.advance(REST_STEP_MS)
    if (world.cluster.isWhole && (await isAtRest(world))) return true
  }
  return false
}

/** Each answer of theirs may ask that the whole webhook waits. */
function askingWebhooks({ notes }: World): Set<string> {
  const asked = notes.requests.filter(({ answer }) => answer?.retryAfterSeconds != null)
  return new Set(asked.map(({ webhookId }) => webhookId))
}

function readNow({ backing, webhooks }: World): Promise<Rows> {
  const ids = webhooks.map(({ id }) => id)
  return readRows(backing.store, ids)
}

/** How long at most each webhook needs for what it is owed, while every attempt fails as late as it can. */
export function needsMs(
  { webhooks, deliveries }: Pick<Rows, 'webhooks' | 'deliveries'>,
  asking: ReadonlySet<string> = new Set(),
): Map<string, number> {
  const live = new Set(webhooks.filter(isLive).map(({ id }) => id))
  // What was held may be on its way back to a webhook that was started again.
  const owed = deliveries.filter((row) => isOwed(row) || (row.state === 'held' && live.has(row.webhookId)))
  const shares = sharesOf(webhooks, owed)
  // A webhook that fails is probed with one attempt at a time, and those that hang may share a single slot.
  const attemptsMs = sum(
    shares.map(({ webhook, waiting }) => {
      const patienceMs = asking.has(webhook.id) ? RETRY_AFTER_SECONDS_MAX * SECOND_MS : 0
      return waiting.length * attemptsMax(webhook) * (betweenStartsMs(webhook) + patienceMs)
    }),
  )
  return new Map(
    shares.map(({ webhook, waiting }) => [
      webhook.id,
      attemptsMs + longestLine(waiting) * sum(webhook.retrySchedule.map(retryMs)),
    ]),
  )
}

/** How long at most what is left takes once every attempt succeeds at once. */
function drainMs({ webhooks, deliveries }: Rows, now: number): number {
  const takesMs = sharesOf(webhooks, deliveries.filter(isOwed)).map(({ webhook, waiting }) => {
    const planned = waiting.map(({ dueAt }) => (dueAt ?? now) - now)
    // One that is under way may still fail, and be planned anew.
    const anew = webhook.retrySchedule.map((seconds) => LIMITS.attemptDeadlineMs + retryMs(seconds))
    const startsMs = waiting.length * Math.max(SECOND_MS, rateSpacingMs(webhook))
    return (
      Math.max(LIMITS.attemptDeadlineMs, ...planned, ...anew) + startsMs + RETRY_AFTER_SECONDS_MAX * SECOND_MS
    )
  })
  return Math.max(...takesMs) + REST_STEP_MS
}

function sharesOf(
  webhooks: readonly Webhook[],
  deliveries: readonly Delivery[],
): { webhook: Webhook; waiting: readonly Delivery[] }[] {
  const owed = Map.groupBy(deliveries, ({ webhookId }) => webhookId)
  return webhooks.map((webhook) => ({ webhook, waiting: owed.get(webhook.id) ?? [] }))
}

/** Whether it keeps the day from its rest, as invariant 3 has it. */
function isOwed({ state, dueAt, leasedAt }: Delivery): boolean {
  return state === 'pending' || dueAt !== null || leasedAt !== null
}

function longestLine(deliveries: readonly Delivery[]): number {
  const inOrder = deliveries.filter(({ orderKey }) => orderKey !== null)
  const lines = Map.groupBy(inOrder, ({ orderKey }) => orderKey)
  return Math.max(0, ...[...lines.values()].map((line) => line.length))
}

function betweenStartsMs(webhook: Webhook): number {
  return LIMITS.attemptDeadlineMs + rateSpacingMs(webhook)
}

function rateSpacingMs({ rateLimit }: Webhook): number {
  return rateLimit === null ? 0 : (rateLimit.seconds * SECOND_MS) / rateLimit.requests
}

/** With all the jitter there is; a receiver may ask for more patience. */
function retryMs(seconds: number): number {
  return Math.max(seconds * (1 + LIMITS.retryJitterMax), RETRY_AFTER_SECONDS_MAX) * SECOND_MS
}
