import { fieldsOf, isJsonObject, type Json, type JsonFields } from '../../../cel/json-values.ts'
import type { Bindings } from '../../../cel/language.ts'

/** The dialects call the event's type one or the other; here it has both names, so that one filter serves them all. */
const OTHER_NAME: ReadonlyMap<string, string> = new Map([
  ['type', 'event'],
  ['event', 'type'],
])

/** A body's top-level fields as variables, as far as it has them, and `body`, the whole. */
export function bindingsOf(body: Json, variables: readonly string[]): Bindings {
  const values = Object.create(null) as Record<string, Json>
  const fields = isJsonObject(body) ? body : {}
  for (const name of variables) {
    const value = ownField(fields, name) ?? ownField(fields, OTHER_NAME.get(name) ?? name)
    if (value !== undefined) values[name] = value
  }
  return fieldsOf({ ...values, body })
}

function ownField(fields: JsonFields, name: string): Json | undefined {
  return Object.hasOwn(fields, name) ? fields[name] : undefined
}
