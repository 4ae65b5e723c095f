import { LIMITS } from '../../core/limits.ts'
import type { PassedOver } from '../passed-over.ts'

/**
 * What is left of one step of the event loop: nobody else's request is served before it ends, so that it may do only so
 * much. Taken from as work is done; whoever finds too little left leaves the work to the next step.
 */
export interface StepRoom {
  rows: number
  bytes: number
  /** Events held against webhooks. */
  matches: number
  /** What filters passed over: written once for each webhook, when all units are accepted. */
  passedOver: PassedOver
}

export function wholeStep(rows: number = LIMITS.stepRowsMax): StepRoom {
  return { rows, bytes: LIMITS.stepBytesMax, matches: LIMITS.stepMatchesMax, passedOver: new Map() }
}
