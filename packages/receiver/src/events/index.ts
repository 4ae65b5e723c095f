import type { CustomWebhookEvent, OperationalEvent, StandardBody } from './standard.ts'
import type { ValidgraphEvent } from './validgraph.ts'
import type { ValidibotEvent } from './validibot.ts'

export type * from './standard.ts'
export type * from './validgraph.ts'
export type * from './validibot.ts'

/** Events whose body names its type in `event`, all of them built in. */
export type LegacyDialectEvent = ValidibotEvent | ValidgraphEvent

/**
 * Any event. Those with an `event` field are told apart by it; those with a `type` field may be of any custom type, so
 * use `isEvent` to narrow them. A newer sender may know types that this version does not: keep a default branch.
 */
export type WebhookEvent = LegacyDialectEvent | OperationalEvent | CustomWebhookEvent

/** Each built-in type with its event. */
export type EventByType = { [E in LegacyDialectEvent as E['event']]: E } & {
  [E in OperationalEvent as E['type']]: E
}

/** The type's name, whichever field the dialect has it in. */
export function eventType(event: WebhookEvent): string {
  return 'event' in event ? event.event : event.type
}

/** Narrows an event to a built-in type, or to a custom one whose data the caller knows. */
export function isEvent<Type extends keyof EventByType>(
  event: WebhookEvent,
  type: Type,
): event is EventByType[Type]
export function isEvent<Data>(event: WebhookEvent, type: string): event is StandardBody<string, Data>
export function isEvent(event: WebhookEvent, type: string): boolean {
  return eventType(event) === type
}

/** Reads a body whose signature is right. A string says, as the end of a sentence, why it is not an event. */
export function readEvent(body: Uint8Array): WebhookEvent | string {
  let value: unknown
  try {
    // `fatal`: replacement characters for broken UTF-8 would be an event that nobody sent.
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(body))
  } catch {
    return body.length === 0 ? 'the body is empty' : 'the body is not JSON in UTF-8'
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return 'the body is not a JSON object'
  if ('event' in value && typeof value.event === 'string') return value as unknown as LegacyDialectEvent
  if ('type' in value && typeof value.type === 'string') return value as unknown as CustomWebhookEvent
  return 'the body has neither `event` nor `type` as text'
}
