import type { Attempt, AttemptOutcome } from '../../core/attempt.ts'
import type { DeliveryKind, DeliveryState } from '../../core/delivery.ts'

/**
 * Words that stand in every delivery and attempt, as small numbers. They are in databases: append, never reorder.
 * `delivered` is the highest state on purpose: finished rows then enter the indexes at their right edge, where SQLite
 * fills pages whole instead of halving them.
 */
export const STATES = [
  'pending',
  'held',
  'exhausted',
  'cancelled',
  'delivered',
] as const satisfies DeliveryState[]
export const PENDING = STATES.indexOf('pending')
export const HELD = STATES.indexOf('held')
export const KINDS = ['auto', 'test'] as const satisfies DeliveryKind[]
export const ATTEMPT_KINDS = ['auto', 'test', 'manual'] as const satisfies Attempt['kind'][]
export const OUTCOMES = ['delivered', 'failed', 'unknown'] as const satisfies AttemptOutcome[]
export const UNKNOWN = OUTCOMES.indexOf('unknown')

export function numberOf<Word extends string>(words: readonly Word[], word: Word): number {
  const number = words.indexOf(word)
  if (number < 0) throw new Error(`"${word}" is none of ${words.join(', ')}`)
  return number
}

export function wordOf<Word extends string>(words: readonly Word[], number: number): Word {
  const word = words[number]
  if (word === undefined) throw new Error(`${number} is none of ${words.join(', ')}`)
  return word
}
