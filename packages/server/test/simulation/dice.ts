import type { Random } from '../../src/core/random.ts'
import { createSeededRandom } from '../support/virtual-clock.ts'

/** Seeded chance, with the questions that a simulation asks of it. */
export interface Dice extends Random {
  chance(probability: number): boolean
  /** A number from `min` on and before `max`. */
  between(min: number, max: number): number
  /** A whole number, both ends included. */
  integer(min: number, max: number): number
  pick<Item>(items: readonly Item[]): Item
  /** Picks in proportion to the weights. */
  weighted<Item>(entries: readonly (readonly [weight: number, item: Item])[]): Item
  /** Time until something happens that happens so often an hour on average. */
  waitMs(timesPerHour: number): number
  /** Dice of their own for one purpose: how often they are thrown changes nothing for the others. */
  fork(purpose: string): Dice
}

const HOUR_MS = 3_600_000

export function createDice(seed: number): Dice {
  const random = createSeededRandom(seed)
  const fraction = (): number => random.fraction()

  function weighted<Item>(entries: readonly (readonly [number, Item])[]): Item {
    const total = entries.reduce((sum, [weight]) => sum + weight, 0)
    let left = fraction() * total
    for (const [weight, item] of entries) {
      left -= weight
      if (left < 0) return item
    }
    return entries.at(-1)![1]
  }

  return {
    ...random,
    chance: (probability) => fraction() < probability,
    between: (min, max) => min + fraction() * (max - min),
    integer: (min, max) => min + Math.floor(fraction() * (max - min + 1)),
    pick: (items) => items[Math.floor(fraction() * items.length)]!,
    weighted,
    waitMs: (timesPerHour) => Math.ceil((-Math.log(1 - fraction()) * HOUR_MS) / timesPerHour),
    fork: (purpose) => createDice(mix(seed, purpose)),
  }
}

/** FNV-1a over the seed and the purpose's name, stirred once more (murmur3), since neighbours must not look alike. */
function mix(seed: number, purpose: string): number {
  let hash = 0x811c9dc5
  for (const character of `${seed}/${purpose}`) {
    hash = Math.imul(hash ^ character.charCodeAt(0), 0x01000193)
  }
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
  return (hash ^ (hash >>> 16)) >>> 0
}
