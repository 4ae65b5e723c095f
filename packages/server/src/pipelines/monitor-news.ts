import { renderBody } from '../catalogue/render-body.ts'
import type { Clock } from '../core/clock.ts'
import { Problem } from '../core/errors.ts'
import type { Event } from '../core/event.ts'
import type { Ids } from '../core/ids.ts'
import { LIMITS } from '../core/limits.ts'
import type { Monitor } from '../core/monitor.ts'
import { HOUR_MS } from '../core/time.ts'
import type { DeliveryPipeline } from './delivery-pipeline.ts'
import type { Store } from '../store/store.ts'
import { whenAllowed } from '../watch/damping.ts'
import { MONITOR_TYPES, monitorContent } from '../watch/monitor-health.ts'
import { createTeller, type Teller } from '../watch/teller.ts'

/**
 * Tells organizations which of their watched pages cannot be judged, and which can again. That there is something to tell
 * is written with what turned the monitor (core/monitor.ts); telling it is an event like any other, which passes the filters
 * of webhooks, in one commit with the note that it was told. So a crash in between neither loses nor doubles it.
 */
export type MonitorNews = Teller

export interface MonitorNewsParts {
  store: Pick<Store, 'organizations' | 'workflows' | 'monitors' | 'events'>
  accept: DeliveryPipeline['accept']
  clock: Clock
  ids: Ids
  baseUrl: () => string
  onError: (error: unknown, doing: string) => void
}

export function createMonitorNews(parts: MonitorNewsParts): MonitorNews {
  const { store, accept, clock, ids, onError } = parts

  async function tellDue(): Promise<number | null> {
    for (const monitor of await store.monitors.untold(clock.now(), LIMITS.tellingsPerSlice)) {
      await tellOrPutOff(monitor)
    }
    return store.monitors.nextTellAt()
  }

  /** One that cannot be told must not stand before the others for ever; what is not its fault is tried again soon. */
  async function tellOrPutOff(monitor: Monitor): Promise<void> {
    try {
      await tell(monitor)
    } catch (error) {
      if (error instanceof Problem) throw error
      onError(error, `telling how monitor ${monitor.id} fares`)
      await keep(monitor, { ...monitor.telling, dueAt: clock.now() + LIMITS.faultWaitMs })
    }
  }

  async function tell(monitor: Monitor): Promise<void> {
    const now = clock.now()
    const { organizationId, health } = monitor
    const lastTimes = await store.events.times(
      organizationId,
      Object.values(MONITOR_TYPES),
      now - HOUR_MS,
      LIMITS.tellingsPerHourMax,
    )
    const { tells, telling } = whenAllowed(monitor.telling, {
      state: health,
      now,
      toldTimes: () => lastTimes,
    })
    if (!tells) {
      await keep(monitor, telling)
      return
    }
    const events = [await eventOf(monitor, now)]
    await accept({
      claim: null,
      run: null,
      submission: null,
      events,
      told: { monitor, telling },
      target: null,
    })
  }

  async function eventOf(monitor: Monitor, now: number): Promise<Event> {
    const { organizationId, projectId, workflowId, health, url } = monitor
    const organization = await store.organizations.byId(organizationId)
    const workflow = await store.workflows.byId(organizationId, workflowId)
    if (organization === null || workflow === null) throw new Error(`Monitor ${monitor.id} has no workflow`)
    const type = MONITOR_TYPES[health]
    const content = monitorContent({ monitor, workflow, organization, baseUrl: parts.baseUrl() })
    return {
      id: ids.make('evt'),
      organizationId,
      type,
      timestamp: now,
      createdAt: now,
      body: renderBody(type, now, { ...content }),
      projectId,
      workflowId,
      runId: null,
      // As in all events about the page: what is said of it can be kept in order.
      key: url,
    }
  }

  /** Unless something happened to it since, of which there is other news. */
  async function keep(monitor: Monitor, telling: Monitor['telling']): Promise<void> {
    await store.monitors.change(monitor.organizationId, monitor.id, (current) =>
      current.health === monitor.health && current.telling.dueAt === monitor.telling.dueAt
        ? { ...current, telling }
        : current,
    )
  }

  return createTeller({ tellDue, clock, onError })
}
