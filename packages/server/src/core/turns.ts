/** Where one waits: for its organization, and for one key of what the gate guards, such as a host. */
export interface Standing {
  organizationId: number
  /** Empty where there are no keys. */
  key: string
}

/**
 * Who waits at a gate, in turns: organizations take turns at each key and over all keys, the keys of one organization take
 * turns within it, and within one key of one organization who came first goes first. Holds no bound of its own.
 */
export interface Turns<Waiter> {
  readonly size: number
  add(standing: Standing, waiter: Waiter, where?: 'last' | 'first'): void
  /** False when it does not stand there. */
  remove(standing: Standing, waiter: Waiter): boolean
  /** Whether anybody waits that may go. */
  has(mayGo: (standing: Standing) => boolean): boolean
  /** Takes out whose turn it is among those that may go. */
  next(mayGo: (standing: Standing) => boolean): Waiter | undefined
  /** Its turn has just been, without its having waited. */
  served(standing: Standing): void
  /** It neither waits nor is served any more: the next time it comes like one that never came. */
  forget(standing: Standing): void
  /** Takes out those at the head of one place for as long as `wanted` says so of them. */
  takeWhile(standing: Standing, wanted: (waiter: Waiter) => boolean): Waiter[]
  /** Takes out all. */
  clear(): Waiter[]
}

export function createTurns<Waiter>(): Turns<Waiter> {
  // Where two stand alike, who came first goes first: Maps keep insertion order.
  const keys = new Map<string, Map<number, Waiter[]>>()
  /** How many wait of each organization. */
  const organizations = new Map<number, number>()
  /**
   * When each was served last, in turns: organizations, and organizations at a key. One that comes anew stands just before
   * whoever was served last: behind all who have waited through a turn, so that it cannot keep them waiting for ever.
   */
  const servedAt = new Map<number | string, number>()
  let turn = 0
  let size = 0

  function count(organizationId: number, change: number): void {
    size += change
    const now = (organizations.get(organizationId) ?? 0) + change
    if (now === 0) organizations.delete(organizationId)
    else organizations.set(organizationId, now)
  }

  function lineOf({ key, organizationId }: Standing): Waiter[] | undefined {
    return keys.get(key)?.get(organizationId)
  }

  function dropIfEmpty({ key, organizationId }: Standing): void {
    const lines = keys.get(key)
    if (lines?.get(organizationId)?.length === 0) lines.delete(organizationId)
    if (lines?.size === 0) keys.delete(key)
  }

  /** At each key the one that was served there longest ago; of these the organization, and its key, with the same. */
  function turnOf(mayGo: (standing: Standing) => boolean): Standing | undefined {
    let best: Standing | undefined
    for (const [key, lines] of keys) {
      let head: Standing | undefined
      for (const organizationId of lines.keys()) {
        const standing = { organizationId, key }
        if (mayGo(standing) && (head === undefined || atKey(standing) < atKey(head))) head = standing
      }
      if (head !== undefined && (best === undefined || isBefore(head, best))) best = head
    }
    return best
  }

  const atKey = (standing: Standing): number => servedAt.get(nameOf(standing)) ?? turn
  const overAll = ({ organizationId }: Standing): number => servedAt.get(organizationId) ?? turn

  function isBefore(one: Standing, other: Standing): boolean {
    if (one.organizationId !== other.organizationId) return overAll(one) < overAll(other)
    return atKey(one) < atKey(other)
  }

  function come(standing: Standing): void {
    for (const name of [standing.organizationId, nameOf(standing)]) {
      if (!servedAt.has(name)) servedAt.set(name, turn - 0.5)
    }
  }

  function served(standing: Standing): void {
    turn += 1
    servedAt.set(standing.organizationId, turn)
    servedAt.set(nameOf(standing), turn)
  }

  return {
    get size() {
      return size
    },

    add(standing, waiter, where = 'last') {
      const { key, organizationId } = standing
      const lines = keys.get(key) ?? new Map<number, Waiter[]>()
      const line = lines.get(organizationId) ?? []
      keys.set(key, lines.set(organizationId, line))
      if (where === 'last') line.push(waiter)
      else line.unshift(waiter)
      count(organizationId, 1)
      come(standing)
    },

    remove(standing, waiter) {
      const line = lineOf(standing)
      const at = line?.indexOf(waiter) ?? -1
      if (line === undefined || at === -1) return false
      line.splice(at, 1)
      count(standing.organizationId, -1)
      dropIfEmpty(standing)
      return true
    },

    has: (mayGo) => turnOf(mayGo) !== undefined,

    next(mayGo) {
      const standing = turnOf(mayGo)
      if (standing === undefined) return undefined
      const waiter = lineOf(standing)?.shift()
      count(standing.organizationId, -1)
      served(standing)
      dropIfEmpty(standing)
      return waiter
    },

    served,

    forget(standing) {
      if (lineOf(standing) !== undefined) return
      servedAt.delete(nameOf(standing))
      if (!organizations.has(standing.organizationId)) servedAt.delete(standing.organizationId)
    },

    takeWhile(standing, wanted) {
      const line = lineOf(standing) ?? []
      const end = line.findIndex((waiter) => !wanted(waiter))
      const taken = line.splice(0, end === -1 ? line.length : end)
      if (taken.length > 0) count(standing.organizationId, -taken.length)
      dropIfEmpty(standing)
      return taken
    },

    clear() {
      const waiters = [...keys.values()].flatMap((lines) => [...lines.values()].flat())
      keys.clear()
      organizations.clear()
      size = 0
      return waiters
    },
  }
}

function nameOf({ organizationId, key }: Standing): string {
  return `${organizationId} ${key}`
}
