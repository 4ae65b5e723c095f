/** How much a schema.org property matters to those who read the type: search engines, mostly. */
export const IMPORTANCES = ['required', 'recommended', 'optional', 'unknown'] as const

/** `unknown`: our table of the type does not name the property, or there is no table of the type. */
export type Importance = (typeof IMPORTANCES)[number]

/** A property that a document gives to at least one thing of a type. */
export interface SeenProperty {
  name: string
  importance: Importance
  /** What its values are, sorted: `text`, `number`, `boolean`, `url`, or the type of a thing, e.g. `Person`. */
  kinds: string[]
}

/** A schema.org type that a document has, e.g. `Article`, with what is said of its things; nested things count as well. */
export interface SeenType {
  type: string
  /** Sorted by name. */
  properties: SeenProperty[]
}
