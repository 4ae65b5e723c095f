import { renderBody } from '../catalogue/render-body.ts'
import type { Detected } from '../catalogue/detected.ts'
import type { Clock } from '../core/clock.ts'
import type { Event } from '../core/event.ts'
import type { Ids } from '../core/ids.ts'
import type { Run } from '../core/run.ts'

/** Gives what was detected its id and its bytes, which no later step changes. */
export function prepareEvents(
  detected: readonly Detected[],
  run: Pick<Run, 'id' | 'organizationId' | 'projectId' | 'workflowId' | 'subject'>,
  ids: Ids,
  clock: Clock,
): Event[] {
  const createdAt = clock.now()
  return detected.map(({ type, timestamp, content }) => ({
    id: ids.make('evt'),
    organizationId: run.organizationId,
    type,
    timestamp,
    createdAt,
    body: renderBody(type, timestamp, content),
    projectId: run.projectId,
    workflowId: run.workflowId,
    runId: run.id,
    // What is said of one page or file can be kept in order.
    key: run.subject,
  }))
}
