import type { Importance } from './seen.ts'

/** In words, wherever a score is shown. */
export const SCORE_FORMULA =
  'A thing is scored by its properties: the weight of those it has, divided by the weight of all that its type knows, × 100. A ' +
  'required property weighs 3, a recommended one 2, an optional one 1. The score of a type is the mean of its things. The score of ' +
  'the document is the mean of its types, or 0 without structured data. 90 or more is excellent, 75 good, 60 fair, less is poor.'

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
