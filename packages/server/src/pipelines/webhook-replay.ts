import { match } from '../accept/match.ts'
import type { ReplayWish } from '../api/services.ts'
import { turn, type Clock } from '../core/clock.ts'
import { fieldProblem, Problem, shuttingDown } from '../core/errors.ts'
import type { Event } from '../core/event.ts'
import { createGate } from '../core/gate.ts'
import { LIMITS } from '../core/limits.ts'
import { isLive, type Webhook } from '../core/webhook.ts'
import type { DeliveryPipeline } from './delivery-pipeline.ts'
import type { ReplayItem } from '../store/replay.ts'
import type { Store } from '../store/store.ts'

export interface ReplayParts {
  store: Pick<Store, 'deliveries'>
  dispatcher: Pick<DeliveryPipeline['dispatcher'], 'draining' | 'noteWaiting'>
  judgeFilters: (event: Event, filters: readonly string[]) => Promise<ReadonlyMap<string, boolean>>
  clock: Clock
}

/**
 * Sends past events again, slice by slice, so that a replay of a month holds up nobody. It is counted before it is
 * queued: a range that is too large is refused whole.
 */
export function createReplay(parts: ReplayParts) {
  const { store, dispatcher, clock } = parts
  /** A replay of a month must not keep the next one waiting: they take turns slice by slice. */
  const slices = createGate({
    placesMax: LIMITS.replaySlicesAtOnceMax,
    // As many wait as there are replays.
    waitersMax: 0,
    refuse: shuttingDown,
  })

  async function owed(webhook: Webhook, event: Event): Promise<boolean> {
    const filters = webhook.filter === null ? [] : [webhook.filter]
    // Type and scope first: they cost nothing.
    if (!match(event, { ...webhook, filter: null }, undefined)) return false
    const verdicts = filters.length === 0 ? new Map() : await parts.judgeFilters(event, filters)
    return match(event, webhook, new Map([[event.id, verdicts]]))
  }

  /** Hands what there is to send to `take`, a slice at a time. */
  async function walk(
    webhook: Webhook,
    wanted: ReplayWish,
    take: (items: ReplayItem[]) => Promise<void>,
  ): Promise<void> {
    const { organizationId } = webhook
    let after: string | null = null
    do {
      if (dispatcher.draining) throw shuttingDown()
      const from: string | null = after
      after = await slices.pass({ organizationId, isCounted: true }, () =>
        walkSlice(webhook, wanted, from, take),
      )
      await turn(clock)
    } while (after !== null)
  }

  /** Answers after which event the next slice begins; null when this was the last. */
  async function walkSlice(
    webhook: Webhook,
    { since, until, states, types }: ReplayWish,
    after: string | null,
    take: (items: ReplayItem[]) => Promise<void>,
  ): Promise<string | null> {
    const slice = await store.deliveries.replayable({
      webhook,
      since,
      until,
      states,
      types: types ?? webhook.events,
      after,
      limit: LIMITS.replayEventsPerSlice,
    })
    const items: ReplayItem[] = []
    for (const { event, ...item } of slice.items) {
      if (event === null || (await owed(webhook, event))) items.push(item)
    }
    if (items.length > 0) await take(items)
    return slice.next
  }

  return async function replay(
    webhook: Webhook,
    wanted: ReplayWish,
  ): Promise<{ matched: number; queued: number }> {
    if (!wanted.dryRun && !isLive(webhook)) {
      throw new Problem('webhook_stopped', 'The webhook is stopped. Enable it first; a dry run only counts.')
    }
    let matched = 0
    await walk(webhook, wanted, async (items) => {
      matched += items.length
      if (matched > LIMITS.replayMatchesMax) throw tooMany()
    })
    if (wanted.dryRun) return { matched, queued: 0 }
    let queued = 0
    await walk(webhook, wanted, async (items) => {
      queued += await store.deliveries.replay(webhook.id, items, clock.now())
      dispatcher.noteWaiting(webhook.id, webhook.organizationId)
    })
    return { matched, queued }
  }
}

function tooMany(): Problem {
  return fieldProblem(
    'invalid_request',
    'since',
    `There are more than ${LIMITS.replayMatchesMax} events to send; replay them in parts.`,
  )
}
