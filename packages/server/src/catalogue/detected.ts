import type { Address } from '../core/event.ts'

/**
 * Something that detection found and acceptance turns into an event: the type, when it happened, and what the body
 * says, in the wire's own field names (see bodies/).
 */
export interface Detected {
  type: string
  /** Milliseconds. */
  timestamp: number
  content: Record<string, unknown>
  /** Whom it is owed to beside those who subscribed to its type; left out for nobody. */
  address?: Address
}
