import { z } from 'zod'
import { EVENT_TYPES } from './event-types.ts'

const texts = new Map<string, string>()

/**
 * JSON Schema (2020-12), as a JSON text, of the bodies of a built-in type as this server makes them: what it does not
 * declare is not there. Null for any other type. Made once, when first asked for.
 */
export function bodySchemaText(type: string): string | null {
  const found = texts.get(type)
  if (found !== undefined) return found
  const line = EVENT_TYPES.find((each) => each.type === type)
  if (line === undefined) return null
  const text = JSON.stringify(z.toJSONSchema(line.bodySchema, { io: 'output' }))
  texts.set(type, text)
  return text
}
