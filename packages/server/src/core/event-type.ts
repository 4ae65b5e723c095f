/** A type of event that an organization declared for itself, beside the built-in ones. */
export interface CustomEventType {
  organizationId: number
  /** Dotted lower-case words, e.g. `order.paid`. */
  type: string
  description: string
  /** JSON Schema that the `data` of each event must satisfy; null when anything goes. */
  schema: Record<string, unknown> | null
  createdAt: number
  updatedAt: number
}

export const EVENT_TYPE_NAME = {
  charactersMax: 128,
  pattern: /^[a-z0-9_]+(?:\.[a-z0-9_]+)+$/,
} as const
