import type { Event } from '../core/event.ts'

/** What tells a repeat of a message from a new one, and its event. */
export function eventHeaders(event: Event): Record<string, string> {
  return { 'webhook-id': event.id, 'X-Sealpost-Event': event.type }
}
