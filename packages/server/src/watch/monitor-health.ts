import type { MonitorFailingData, MonitorRecoveredData } from '../catalogue/bodies/standard.ts'
import type { BuiltInType } from '../catalogue/event-types.ts'
import { maskUrls } from '../core/masked-urls.ts'
import type { Monitor, MonitorHealth } from '../core/monitor.ts'
import type { Organization } from '../core/organization.ts'
import { isoTime } from '../core/time.ts'
import type { Workflow } from '../core/workflow.ts'

/** What tells of the health of a monitor; an organization hears of both together no more often than the limits say. */
export const MONITOR_TYPES = {
  failing: 'monitor.failing',
  healthy: 'monitor.recovered',
} as const satisfies Record<MonitorHealth, BuiltInType>

export interface MonitorFacts {
  monitor: Monitor
  workflow: Pick<Workflow, 'id' | 'slug' | 'name'>
  organization: Pick<Organization, 'slug'>
  /** Where people reach this server. */
  baseUrl: string
}

/**
 * What an event says of a monitor as it is now. The page's URL is whole, as in every event about a page: receivers look it up
 * by that. What an error quotes is masked.
 */
export function monitorContent(facts: MonitorFacts): MonitorFailingData | MonitorRecoveredData {
  const { health, failureCount, failingSince, lastError } = facts.monitor
  const about = aboutOf(facts)
  if (health === 'healthy') return { ...about, health }
  return {
    ...about,
    health,
    failure_count: failureCount,
    failing_since: failingSince === null ? null : isoTime(failingSince),
    last_error: lastError === null ? null : maskUrls(lastError),
  }
}

function aboutOf({ monitor, workflow, organization, baseUrl }: MonitorFacts) {
  const { id, name, url, projectId, lastRunId } = monitor
  return {
    monitor_id: id,
    name,
    url,
    project_id: projectId,
    workflow: { id: workflow.id, slug: workflow.slug, name: workflow.name },
    run_id: lastRunId,
    run_url:
      lastRunId === null
        ? null
        : `${baseUrl.replace(/\/+$/, '')}/orgs/${organization.slug}/runs/${lastRunId}/`,
  }
}
