import type { Detected } from '../catalogue/detected.ts'
import type { EndedRun } from './ended-run.ts'
import { addressed } from './actions.ts'
import { detectRunEvents } from './run-events.ts'
import { detectSchemaEvents } from './schema-events.ts'
import { detectScoreEvents } from './score-events.ts'
import { detectValidationEvents } from './validation-events.ts'

/** Every family of events that an ended run can make. */
const FAMILIES: readonly ((ended: EndedRun) => Detected[])[] = [
  detectRunEvents,
  detectValidationEvents,
  detectScoreEvents,
  detectSchemaEvents,
]

/**
 * What an ended run makes known, in the order in which it is to be accepted. Pure: the same run always gives the same
 * events, so a run that is settled again after a crash tells nothing new. Throws when the run has not ended.
 */
export function detect(ended: EndedRun): Detected[] {
  return addressed(
    FAMILIES.flatMap((family) => family(ended)),
    ended,
  )
}
