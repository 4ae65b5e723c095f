import type { FilterVerdict } from '../verdict.ts'

/** Asks for the verdicts of expressions on one event's body; without one, whether they can be filters. */
export interface Question {
  expressions: readonly string[]
  bodyBytes: number | null
}

/** What the server sends a process. The bodies of the questions that have one stand in `bodies`, one after the other. */
export interface Batch {
  /** Whose all of it is. */
  organizationId: number
  questions: readonly Question[]
  bodies: Uint8Array
}

/** Of one expression: its verdict on the body, or why it cannot be a filter (null when it can). */
export type Result = FilterVerdict | { refused: string | null }

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
