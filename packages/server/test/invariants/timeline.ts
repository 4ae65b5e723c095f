import { isLive } from '../../src/core/webhook.ts'
import type { Webhook } from '../../src/core/webhook.ts'
import type { Moment, ObserverMs, WebhookChanged } from './history.ts'

/** What a webhook was at which time, as far as it can be told from outside. */
export interface Timeline {
  readonly changes: readonly WebhookChanged[]
  /** Every webhook it may have been at some time from `from` to `to`; null where it may not have been there yet. */
  during(from: ObserverMs, to: ObserverMs): (Webhook | null)[]
  /** Whether it may have been neither stopped nor deleted at some time from `from` to `to`. */
  maybeLive(from: ObserverMs, to: ObserverMs): boolean
  /** The spans, within `from` and `to`, in which it was live beyond doubt. */
  liveSpans(from: ObserverMs, to: ObserverMs): [ObserverMs, ObserverMs][]
  /** Changes of this kind that may have become durable between the two. */
  changed(what: WebhookChanged['what'], from: ObserverMs, to: ObserverMs): WebhookChanged[]
}

/** When a change became durable. One that was never answered may have come late, or not at all. */
export function momentOf(change: WebhookChanged): Moment {
  if (change.committedAt !== null) return [change.committedAt, change.committedAt]
  return [change.askedAt, change.answeredAt ?? Number.POSITIVE_INFINITY]
}

export function createTimeline(changes: readonly WebhookChanged[]): Timeline {
  const moments = changes.map(momentOf)

  function isPossible(index: number, from: ObserverMs, to: ObserverMs): boolean {
    const [earliest] = moments[index] ?? [Number.POSITIVE_INFINITY]
    return earliest <= to && !moments.slice(index + 1).some(([, latest]) => latest < from)
  }

  function during(from: ObserverMs, to: ObserverMs): (Webhook | null)[] {
    const possible: (Webhook | null)[] = changes.flatMap((change, index) =>
      isPossible(index, from, to) ? [change.webhook] : [],
    )
    const there = moments.some(([, latest]) => latest < from)
    return there ? possible : [null, ...possible]
  }

  return {
    changes,
    during,
    maybeLive: (from, to) => during(from, to).some((webhook) => webhook !== null && isLive(webhook)),
    liveSpans(from, to) {
      return changes.flatMap((change, index): [ObserverMs, ObserverMs][] => {
        if (!isLive(change.webhook)) return []
        const begin = Math.max(from, moments[index]?.[1] ?? 0)
        const end = Math.min(to, ...moments.slice(index + 1).map(([earliest]) => earliest))
        return begin < end ? [[begin, end]] : []
      })
    },
    changed: (what, from, to) =>
      changes.filter((change, index) => {
        const [earliest, latest] = moments[index] ?? [0, 0]
        return change.what === what && earliest <= to && latest >= from
      }),
  }
}
