/** Counts by name. A name that is down at zero is forgotten. */
export interface Tally<Name> {
  readonly total: number
  of(name: Name): number
  names(): IterableIterator<Name>
  add(name: Name, change: number): void
}

export function createTally<Name>(): Tally<Name> {
  const counts = new Map<Name, number>()
  let total = 0
  return {
    get total() {
      return total
    },
    of: (name) => counts.get(name) ?? 0,
    names: () => counts.keys(),
    add(name, change) {
      total += change
      const now = (counts.get(name) ?? 0) + change
      if (now === 0) counts.delete(name)
      else counts.set(name, now)
    },
  }
}
