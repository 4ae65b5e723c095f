import { Problem } from '../../core/errors.ts'

/**
 * Runs one part of a commit so that a fault of its own costs no more than itself: what it wrote is undone, and
 * `onFault` says what comes of it instead. A failure of the store goes on, since nothing survives it.
 */
export type RunPart = <Result>(part: () => Result, onFault: (error: Error) => Result) => Result

/** Whether an error is the part's own, and not the store's. */
export function isPartFault(error: unknown): error is Error {
  if (!(error instanceof Error)) return false
  return !(error instanceof Problem) || (error.code !== 'store_full' && error.code !== 'store_unavailable')
}
