import type { Webhook } from '../core/webhook.ts'
import type { AcceptOutcome } from './work.ts'

export type Accepted = Extract<AcceptOutcome, { outcome: 'accepted' }>

/** Remembers the places that `admit` took for one commit, so that those which nobody fills can be given back. */
export interface PlacesTaken {
  admit: (webhook: Webhook, bytes: number) => boolean
  /** Gives back what `accepted` did not fill; all of it when the commit failed, and so accepted nothing. */
  giveBack(
    accepted: readonly Accepted[],
    giveBack: (webhookId: string, places: number, bytes: number) => void,
  ): void
}

export function createPlacesTaken(admit: PlacesTaken['admit']): PlacesTaken {
  const webhookIds: string[] = []
  const sizes: number[] = []

  return {
    admit(webhook, bytes) {
      const room = admit(webhook, bytes)
      if (room) {
        webhookIds.push(webhook.id)
        sizes.push(bytes)
      }
      return room
    },
    giveBack(accepted, giveBack) {
      // Almost always all were filled. Otherwise a unit was refused by itself after it had taken places.
      if (filledBy(accepted) === webhookIds.length) return
      const left = new Map<string, { places: number; bytes: number }>()
      webhookIds.forEach((webhookId, index) => change(left, webhookId, 1, sizes[index] ?? 0))
      for (const { leased, targeted } of accepted) {
        for (const { delivery, event } of leased) {
          if (!targeted.includes(delivery.id)) change(left, delivery.webhookId, -1, -event.body.length)
        }
      }
      for (const [webhookId, { places, bytes }] of left) if (places > 0) giveBack(webhookId, places, bytes)
    },
  }
}

/** What was made for a target is leased without asking for a place. */
function filledBy(accepted: readonly Accepted[]): number {
  return accepted.reduce((sum, { leased, targeted }) => sum + leased.length - targeted.length, 0)
}

function change(
  left: Map<string, { places: number; bytes: number }>,
  webhookId: string,
  places: number,
  bytes: number,
): void {
  const before = left.get(webhookId) ?? { places: 0, bytes: 0 }
  left.set(webhookId, { places: before.places + places, bytes: before.bytes + bytes })
}
