import { LIMITS } from '../core/limits.ts'
import type { Draft, Fact } from './channel-message.ts'

/**
 * A message about an event that nothing here knows the shape of: an organization's own type, or a body from another version.
 * Its type is the title, and the fields of its `data` are the facts, as they come.
 */
export function customDraft(type: string, body: unknown): Draft {
  const data = isRecord(body) && 'data' in body ? body['data'] : body
  return { title: type, severity: 'info', facts: factsOf(data) }
}

function factsOf(data: unknown): Fact[] {
  if (Array.isArray(data) || !isRecord(data)) return [['data', shown(data)]]
  return Object.entries(data)
    .slice(0, LIMITS.messageFactsMax)
    .map(([name, value]) => [name, shown(value)])
}

function shown(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value)
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null
}
