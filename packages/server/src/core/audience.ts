/**
 * Whom one event is owed to, before any of its deliveries is made: all of these webhooks, or those whose bit is set.
 * Events that are heard by the same webhooks share one list, so that a thousand of them take little more than one.
 */
export interface Audience {
  readonly webhookIds: readonly string[]
  readonly chosen: Uint8Array | null
}

/** Those of `webhookIds` that `isChosen` picks, by their places in it. */
export function audienceOf(
  webhookIds: readonly string[],
  isChosen: (place: number) => boolean = () => true,
): Audience {
  const chosen = new Uint8Array(Math.ceil(webhookIds.length / 8))
  let count = 0
  for (let place = 0; place < webhookIds.length; place++) {
    if (!isChosen(place)) continue
    chosen[place >> 3] = (chosen[place >> 3] ?? 0) | (1 << (place & 7))
    count += 1
  }
  return { webhookIds, chosen: count === webhookIds.length ? null : chosen }
}

export function audienceSize({ webhookIds, chosen }: Audience): number {
  if (chosen === null) return webhookIds.length
  let count = 0
  for (let byte of chosen) for (; byte > 0; byte &= byte - 1) count += 1
  return count
}

/** The webhooks at `position` of the list or behind, at most `limit`; and the position after the last of them. */
export function audienceFrom(
  { webhookIds, chosen }: Audience,
  position: number,
  limit: number,
): { webhookIds: string[]; position: number } {
  const found: string[] = []
  let place = position
  for (; place < webhookIds.length && found.length < limit; place++) {
    const id = webhookIds[place]
    const isChosen = chosen === null || ((chosen[place >> 3] ?? 0) >> (place & 7)) % 2 === 1
    if (id !== undefined && isChosen) found.push(id)
  }
  return { webhookIds: found, position: place }
}

/** What its list weighs: an id is 16 bytes. */
export const AUDIENCE_BYTES_PER_WEBHOOK = 16
