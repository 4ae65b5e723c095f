/**
 * A bound that organizations share on something that is kept for a while. What is beyond it is taken from the organization
 * that has most, its oldest first: nobody can push out what others keep by keeping more.
 */
export interface FairBound<Item> {
  /** Takes `item` up, and tells `onEvicted` what had to go for it, which may be the item itself. */
  add(organizationId: number, item: Item): void
  /** Does nothing for what is not there. */
  remove(organizationId: number, item: Item): void
}

export function createFairBound<Item>(
  itemsMax: number,
  onEvicted: (item: Item, organizationId: number) => void,
): FairBound<Item> {
  /** Of each organization, the oldest first. */
  const kept = new Map<number, Set<Item>>()
  /** Organizations by how many items they have, so that nobody has to search for the one that has most. */
  const byCount = new Map<number, Set<number>>()
  let size = 0
  let most = 0

  function move(organizationId: number, from: number, to: number): void {
    byCount.get(from)?.delete(organizationId)
    if (to > 0) {
      const peers = byCount.get(to)
      if (peers === undefined) byCount.set(to, new Set([organizationId]))
      else peers.add(organizationId)
    }
    size += to - from
    if (to > most) most = to
    else if (from === most && byCount.get(from)?.size === 0) most = to
    if (byCount.get(from)?.size === 0) byCount.delete(from)
  }

  function remove(organizationId: number, item: Item): void {
    const own = kept.get(organizationId)
    if (own?.delete(item) !== true) return
    move(organizationId, own.size + 1, own.size)
    if (own.size === 0) kept.delete(organizationId)
  }

  function evictOne(): void {
    const organizationId = byCount.get(most)?.values().next().value
    if (organizationId === undefined) return
    const oldest = kept.get(organizationId)?.values().next()
    if (oldest === undefined || oldest.done === true) return
    remove(organizationId, oldest.value)
    onEvicted(oldest.value, organizationId)
  }

  return {
    add(organizationId, item) {
      const own = kept.get(organizationId) ?? new Set<Item>()
      if (own.has(item)) return
      if (own.size === 0) kept.set(organizationId, own)
      own.add(item)
      move(organizationId, own.size - 1, own.size)
      while (size > itemsMax) evictOne()
    },
    remove,
  }
}
