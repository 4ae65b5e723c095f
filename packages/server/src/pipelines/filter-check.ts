import { createHash } from 'node:crypto'
import { bodySchemaText } from '../catalogue/body-schemas.ts'
import type { EventShape, Prospect } from '../accept/filter/filter.ts'
import type { CustomEventType } from '../core/event-type.ts'
import { createSharedMap } from '../core/shared-map.ts'
import type { Store } from '../store/store.ts'

/** Filters of which it is known what they come to. */
const KNOWN_MAX = 10_000

export interface FilterCheckParts {
  store: { eventTypes: Pick<Store['eventTypes'], 'get'> }
  /** Looks at a filter apart. Rejects with `Problem` when it cannot say. */
  check: (organizationId: number, filter: string, shapes: readonly EventShape[]) => Promise<Prospect>
}

/** Asks what a text could be as a filter of events of these types, as they are declared now. */
export type FilterCheck = (
  organizationId: number,
  filter: string,
  types: readonly string[],
) => Promise<Prospect>

/**
 * Types may be declared anew at any time and a filter is judged again whenever it is read, so that nobody has to go through
 * all filters of a type that changes. What is known of a filter holds for the very schemas it was judged by.
 */
export function createFilterCheck({ store, check }: FilterCheckParts): FilterCheck {
  const known = createSharedMap<Prospect>({ entriesMax: KNOWN_MAX })

  async function shapeOf(organizationId: number, type: string): Promise<EventShape> {
    const builtIn = bodySchemaText(type)
    if (builtIn !== null) return { type, schema: builtIn, describes: 'body' }
    const custom = await store.eventTypes.get(organizationId, type)
    return { type, schema: custom === null ? ANYTHING : textOf(custom), describes: 'data' }
  }

  return async (organizationId, filter, types) => {
    const shapes = await Promise.all(types.map((type) => shapeOf(organizationId, type)))
    const name = nameOf(filter, shapes)
    const found = known.get(organizationId, name)
    if (found !== undefined) return found
    const prospect = await check(organizationId, filter, shapes)
    known.set(organizationId, name, prospect)
    return prospect
  }
}

/** A JSON Schema that everything satisfies. */
const ANYTHING = 'true'

/** The store hands out one object for as long as a type stays as it is. */
const texts = new WeakMap<object, string>()

function textOf({ schema }: CustomEventType): string {
  if (schema === null) return ANYTHING
  const text = texts.get(schema) ?? JSON.stringify(schema)
  texts.set(schema, text)
  return text
}

function nameOf(filter: string, shapes: readonly EventShape[]): string {
  const hash = createHash('sha256').update(filter)
  for (const { type, schema } of shapes) hash.update(`\n${type}\n`).update(schema)
  return hash.digest('base64')
}
