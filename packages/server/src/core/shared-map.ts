/**
 * A bounded memory that organizations share. What is used last stays. When it is full, whoever has most loses what it used
 * least recently, so that one organization cannot push out what others have.
 */
export interface SharedMap<Value> {
  get(organizationId: number, name: string): Value | undefined
  /** False when it weighs more than the bound alone, and is not kept. */
  set(organizationId: number, name: string, value: Value, weight?: number): boolean
  delete(organizationId: number, name: string): void
  /** Drops all that one organization has. */
  clear(organizationId: number): void
}

export interface SharedMapOptions<Value> {
  entriesMax: number
  weightMax?: number
  /** Told of each value that is pushed out or replaced. */
  onDrop?: (value: Value) => void
}

interface Part<Value> {
  /** In the order of use, the last one at the end. */
  entries: Map<string, { value: Value; weight: number }>
  weight: number
}

export function createSharedMap<Value>(options: SharedMapOptions<Value>): SharedMap<Value> {
  const { entriesMax, weightMax = Infinity, onDrop } = options
  const parts = new Map<number, Part<Value>>()
  let entries = 0
  let weight = 0

  function drop(organizationId: number, name: string): void {
    const part = parts.get(organizationId)
    const entry = part?.entries.get(name)
    if (part === undefined || entry === undefined) return
    part.entries.delete(name)
    part.weight -= entry.weight
    entries -= 1
    weight -= entry.weight
    if (part.entries.size === 0) parts.delete(organizationId)
    onDrop?.(entry.value)
  }

  /** Whoever has most of what there is too much of. */
  function dropOne(): void {
    const sizeOf = (part: Part<Value>): number => (entries > entriesMax ? part.entries.size : part.weight)
    let largest: [number, Part<Value>] | undefined
    for (const each of parts) {
      if (largest === undefined || sizeOf(each[1]) > sizeOf(largest[1])) largest = each
    }
    const [oldest] = largest?.[1].entries.keys() ?? []
    if (largest !== undefined && oldest !== undefined) drop(largest[0], oldest)
  }

  return {
    get(organizationId, name) {
      const kept = parts.get(organizationId)?.entries
      const entry = kept?.get(name)
      if (kept === undefined || entry === undefined) return undefined
      kept.delete(name)
      kept.set(name, entry)
      return entry.value
    },

    set(organizationId, name, value, ownWeight = 0) {
      drop(organizationId, name)
      if (ownWeight > weightMax) return false
      const part = parts.get(organizationId) ?? { entries: new Map(), weight: 0 }
      parts.set(organizationId, part)
      part.entries.set(name, { value, weight: ownWeight })
      part.weight += ownWeight
      entries += 1
      weight += ownWeight
      while (entries > entriesMax || weight > weightMax) dropOne()
      return true
    },

    delete: drop,

    clear(organizationId) {
      for (const name of [...(parts.get(organizationId)?.entries.keys() ?? [])]) drop(organizationId, name)
    },
  }
}
