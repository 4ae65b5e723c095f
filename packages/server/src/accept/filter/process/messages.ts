import type { EventShape } from '../event-shapes.ts'
import type { FilterVerdict, Prospect } from '../verdict.ts'

/** Asks for the verdicts of expressions on one event's body; without one, what they could be as filters of such events. */
export interface Question {
  expressions: readonly string[]
  bodyBytes: number | null
  shapes?: readonly EventShape[]
}

/** What the server sends a process. The bodies of the questions that have one stand in `bodies`, one after the other. */
export interface Batch {
  /** Whose all of it is. */
  organizationId: number
  questions: readonly Question[]
  bodies: Uint8Array
}

/** Of one expression: its verdict on the body, or what it could be as a filter. */
export type Result = FilterVerdict | Prospect

/**
 * What a process answers: a result for each expression of the batch in order, in one message or, when they take long, in
 * several. After an overrun there are no more; what is missing has not been judged. An empty batch has no results, and is
 * answered with that.
 */
export type Results = readonly Result[]

/** How many results a batch has unless one overruns. */
export function resultsExpected({ questions }: Batch): number {
  return questions.reduce((count, { expressions }) => count + expressions.length, 0)
}
