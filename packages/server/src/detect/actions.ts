import type { Detected } from '../catalogue/detected.ts'
import type { RunResult } from '../core/run.ts'
import { actionsOf, type ActionOccasion } from '../core/workflow.ts'
import type { EndedRun } from './ended-run.ts'

/** Addresses what was detected to whom the workflow's action steps name. Nobody else hears less for it. */
export function addressed(detected: readonly Detected[], { workflow, run }: EndedRun): Detected[] {
  const due = actionsOf(workflow.steps).filter(({ when }) => isDue(when, run.result))
  return detected.map((event) => {
    const to = due.filter((action) => action.event === event.type).map(({ webhookId }) => webhookId)
    return to.length === 0 ? event : { ...event, address: { to: [...new Set(to)], subscribers: true } }
  })
}

function isDue(when: ActionOccasion, result: RunResult): boolean {
  switch (when) {
    case 'always':
      return true
    case 'pass':
      return result === 'PASS'
    case 'fail':
      return result !== 'PASS'
  }
}
