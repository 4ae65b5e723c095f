/** What organizations have of a bound that they share. */
export interface Shared {
  /** What the one that asks has. */
  own: number
  /** What all of them have together. */
  taken: number
  max: number
  /** How many times as much as is left one organization may have. */
  ownToFreeMax: number
}

/**
 * Whether an organization may have one more of what all share. It may have a few times as much as it leaves to the others,
 * and the last one goes to an organization that has none. So one that comes alone gets nearly all, and whoever comes next
 * finds room, without anybody's number of organizations being known. (Dynamic thresholds, Choudhury and Hahne 1998.)
 */
export function mayHaveAnother({ own, taken, max, ownToFreeMax }: Shared): boolean {
  const free = max - taken
  if (free <= 0) return false
  return own === 0 || (free > 1 && own < ownToFreeMax * (free - 1))
}
