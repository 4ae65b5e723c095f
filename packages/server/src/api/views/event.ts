import { z } from 'zod'
import type { Event } from '../../core/event.ts'
import { isoTime } from '../../core/time.ts'
import { parseAsWritten } from '../../core/json-numbers.ts'

const EVENT_FIELDS = {
  id: z.string().describe('`evt_…`; also the `webhook-id` header of every request that carries it.'),
  type: z.string(),
  timestamp: z.string().describe('When it happened.'),
  created_at: z.string().describe('When it was accepted.'),
  project_id: z.string().nullable(),
  workflow_id: z.int().nullable(),
  run_id: z.string().nullable(),
  key: z.string().nullable().describe("The caller's ordering key."),
}

export const eventSchema = z.object(EVENT_FIELDS).meta({ id: 'Event' })

export const eventWithBodySchema = z
  .object({
    ...EVENT_FIELDS,
    body: z.record(z.string(), z.unknown()).describe('The body that every webhook receives.'),
  })
  .describe('The event and its body.')
  .meta({ id: 'EventWithBody' })

export function eventView(event: Omit<Event, 'body'>): z.output<typeof eventSchema> {
  return {
    id: event.id,
    type: event.type,
    timestamp: isoTime(event.timestamp),
    created_at: isoTime(event.createdAt),
    project_id: event.projectId,
    workflow_id: event.workflowId,
    run_id: event.runId,
    key: event.key,
  }
}

export function eventWithBodyView(event: Event): z.output<typeof eventWithBodySchema> {
  return { ...eventView(event), body: parseAsWritten(event.body.toString('utf8')) as Record<string, unknown> }
}
