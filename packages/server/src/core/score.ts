import type { Importance } from './seen.ts'

/** In words, wherever a score is shown. */
export const SCORE_FORMULA =
  'The score of a thing is the weight of the properties it has, divided by the weight of all that are known of its type, × 100; a ' +
  'required property weighs 3, a recommended one 2, an optional one 1. A type has the mean of its things, and the document the ' +
  'mean of its types; one without structured data has 0. From 90 a score is excellent, from 75 good, from 60 fair, below that poor.'

/** A number from 0 to 100 for a whole document, with its reasons. */
export interface Score {
  /** To one decimal. */
  value: number
  /** Sorted by name. */
  types: ScoredType[]
}

export interface ScoredType {
  type: string
  /** The mean over its things, 0–100, to one decimal. */
  score: number
  /** Things of this type. */
  things: number
  missing: MissingProperty[]
}

/** A property that a thing should have and has not. */
export interface MissingProperty {
  property: string
  importance: Exclude<Importance, 'unknown'>
  /** Points that it costs the whole document's score, to two decimals. */
  cost: number
}
