import type { ErrorObject } from 'ajv'

/**
 * What a value has against it by a schema, in ajv's form; empty when nothing. `holder` is what parseNotingNumbers gave: not
 * null when the document holds a number that a double does not.
 */
export type ErrorsOf = (value: unknown, holder: object | null) => readonly ErrorObject[]
