import { prepareEvents } from '../accept/prepare.ts'
import type { AlertService } from '../api/services.ts'
import type { Clock } from '../core/clock.ts'
import type { Ids } from '../core/ids.ts'
import { LIMITS } from '../core/limits.ts'
import type { Run } from '../core/run.ts'
import { isWatched } from '../detect/alerts.ts'
import { detect } from '../detect/detect.ts'
import { createRunAlerts, type RunAlertsParts } from './run-alerts.ts'
import { createRunFacts, type RunFactsParts } from './run-facts.ts'
import type { Store } from '../store/store.ts'

export interface AlertServiceParts extends RunAlertsParts, RunFactsParts {
  store: Pick<Store, 'alertRules' | 'alerts' | 'organizations' | 'runs' | 'workflows'>
  clock: Clock
  ids: Ids
}

/** What the API asks about alert rules beyond reading and writing them. */
export function createAlertService(parts: AlertServiceParts): AlertService {
  const { store, clock, ids } = parts
  const alerts = createRunAlerts(parts)
  const factsOf = createRunFacts(parts)

  return {
    async test(rule, named) {
      const run = named ?? (await lastWatched(store, rule))
      if (run === null) return { run: null, match: null }
      const workflow = await store.workflows.byId(run.organizationId, run.workflowId)
      if (workflow === null) return { run: null, match: null }
      const ended = await factsOf(run, workflow)
      const [completed] = prepareEvents(
        detect(ended).filter(({ type }) => type === 'validation.completed'),
        run,
        ids,
        clock,
      )
      const match = completed === undefined ? null : await alerts.try(rule, ended, completed)
      return { run, match }
    },
  }
}

/** The last run that the rule looks at, among the organization's latest. */
async function lastWatched(
  store: Pick<Store, 'runs'>,
  rule: Parameters<AlertService['test']>[0],
): Promise<Run | null> {
  const page = { limit: LIMITS.pageSizeMax, before: null }
  const { rows } = await store.runs.list(rule.organizationId, {}, page)
  const found = rows.find((run) => isWatched({ ...rule, enabled: true }, run))
  return found === undefined ? null : store.runs.get(rule.organizationId, found.id)
}
