import { fieldsOf, isJsonObject, type Json, type JsonFields } from '../../../cel/json-values.ts'
import type { Bindings } from '../../../cel/language.ts'
import { shapeOfSchema } from '../../../cel/shapes/json-schema.ts'
import type { Case } from '../../../cel/shapes/prospect.ts'
import { KIND, NOTHING, recordShape, shape, textShape, type Shape } from '../../../cel/shapes/shape.ts'
import type { EventShape } from '../event-shapes.ts'

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

/** What is known of the same variables before there is an event, of each type one case. */
export function casesOf(
  shapes: readonly EventShape[],
  variables: readonly string[],
  spend: () => void,
): Case[] {
  return shapes.map((known) => {
    const body = bodyShape(known, spend)
    const shapeOf = (name: string): Shape => {
      const field = body.field(name)
      return field.state === 'declared' ? field.likely : NOTHING
    }
    const fields = variables.map((name): [string, Shape] => {
      const own = shapeOf(name)
      return [name, own.kinds > 0 ? own : shapeOf(OTHER_NAME.get(name) ?? name)]
    })
    return { name: known.type, variables: new Map([...fields, ['body', body]]) }
  })
}

/** The server writes bodies itself: at the top they have what is declared, and no more. */
function bodyShape({ type, schema, describes }: EventShape, spend: () => void): Shape {
  const declared = shapeOfSchema(JSON.parse(schema), spend)
  if (describes === 'body') return declared
  return recordShape(
    new Map([
      ['type', textShape([type])],
      ['timestamp', shape(KIND.text)],
      ['data', declared],
    ]),
  )
}
