import { LIMITS } from '../../core/limits.ts'
import type { EventShape } from './event-shapes.ts'
import type { Batch, Question, Result } from './process/messages.ts'

/** One question to the judge, until it has all its results. */
export interface Task {
  organizationId: number
  /** Null when the expressions are to be tried without one. */
  body: Buffer | null
  /** What is known of the events that the expressions are tried for. */
  shapes: readonly EventShape[]
  expressions: readonly string[]
  /** One for each expression; null while there is none. */
  results: (Result | null)[]
  /** A process ended while it was at this: from now on it is asked alone, an expression at a time, to see if it is to blame. */
  isSuspect: boolean
  resolve: (results: Result[]) => void
  reject: (reason: Error) => void
}

/** One result that a batch will have: of which task, and of which of its expressions. */
export interface Item {
  task: Task
  place: number
}

export function bytesOf({ body }: Task): number {
  return body === null ? 0 : body.length
}

/** The places of the expressions that lack a result. */
export function placesLeft({ results }: Task): number[] {
  return [...results.keys()].filter((place) => results[place] === null)
}

/** Says of one task after the other whether it still fits into a batch; asked no more after the first that does not. */
export function createBatchLimit(): (task: Task) => boolean {
  let count = 0
  let bytes = 0
  let hasSuspect = false
  return (task) => {
    bytes += bytesOf(task)
    const isFull = count === LIMITS.filterBatchMax || bytes > LIMITS.filterBatchBytesMax
    if (count > 0 && (isFull || task.isSuspect || hasSuspect)) return false
    count += 1
    hasSuspect = task.isSuspect
    return true
  }
}

/** The message that asks for what the tasks of one organization lack, and what its results will be of, in their order. */
export function batchOf(organizationId: number, tasks: readonly Task[]): { batch: Batch; items: Item[] } {
  const bodies = new Uint8Array(tasks.reduce((bytes, task) => bytes + bytesOf(task), 0))
  const items: Item[] = []
  let bodyAt = 0
  const questions = tasks.map((task): Question => {
    const places = placesLeft(task).slice(0, task.isSuspect ? 1 : Infinity)
    for (const place of places) items.push({ task, place })
    const expressions = places.map((place) => task.expressions[place] as string)
    if (task.body === null) return { expressions, bodyBytes: null, shapes: task.shapes }
    bodies.set(task.body, bodyAt)
    bodyAt += task.body.length
    return { expressions, bodyBytes: task.body.length }
  })
  return { batch: { organizationId, questions, bodies }, items }
}
