import { LIMITS } from '../../../core/limits.ts'
import { misspeltName } from './vocabulary/misspelt.ts'
import { shortNameOf } from './vocabulary/vocabulary.ts'
import type { Origin, Thing, Value } from './thing.ts'

/**
 * Thrown when a page holds more than is judged, with what there is too much of: unwinds whatever reads it. What was
 * gathered until then is judged.
 */
export class TooMuchData extends Error {}

/** Gathers the things of a page. Bounded: throws `TooMuchData`. */
export interface Things {
  /** In the order in which they were first met. */
  all(): readonly Thing[]
  /**
   * The thing of this name, made when it is new. With an origin it is described here; without, only referred to. `scope`
   * keeps apart names that mean different things in different formats or scripts. A name that begins with `_:` is good for
   * telling what is meant, but is no id.
   */
  named(id: string, scope: string, origin: Origin | null): Thing
  unnamed(origin: Origin): Thing
  addType(thing: Thing, iri: string): void
  /** Empty text says nothing and is left out, and so are properties of other vocabularies. */
  addValue(thing: Thing, propertyIri: string, value: Value): void
}

export function createThings(): Things {
  const all: Thing[] = []
  const byName = new Map<string, Thing>()
  let values = 0

  function create(id: string | null, origin: Origin | null): Thing {
    if (all.length >= LIMITS.structuredThingsMax) throw moreThan(LIMITS.structuredThingsMax, 'things')
    const thing: Thing = {
      id,
      types: [],
      misspelt: [],
      hasForeignTypes: false,
      properties: new Map(),
      isValue: false,
      origin,
    }
    all.push(thing)
    return thing
  }

  function countValue(): void {
    values += 1
    if (values > LIMITS.structuredValuesMax) throw moreThan(LIMITS.structuredValuesMax, 'values')
  }

  /** The short name of a term that is schema.org's, or was meant to be. */
  function nameOf(
    thing: Thing,
    kind: 'type' | 'property',
    iri: string,
    offset: number | null,
  ): string | null {
    const name = shortNameOf(iri)
    if (name !== null) return name
    const misspelt = misspeltName(iri)
    if (misspelt === null) return null
    if (thing.misspelt.length < LIMITS.structuredTypesPerThingMax)
      thing.misspelt.push({ kind, misspelt, offset })
    return misspelt.name
  }

  function addType(thing: Thing, iri: string): void {
    const name = nameOf(thing, 'type', iri, null)
    if (name === null) thing.hasForeignTypes = true
    else if (!thing.types.includes(name)) {
      if (thing.types.length >= LIMITS.structuredTypesPerThingMax) {
        throw moreThan(LIMITS.structuredTypesPerThingMax, 'types of one thing')
      }
      thing.types.push(name)
    }
  }

  return {
    all: () => all,

    named(id, scope, origin) {
      const name = `${scope} ${id}`
      let thing = byName.get(name)
      if (thing === undefined) {
        thing = create(id.startsWith('_:') ? null : id, origin)
        byName.set(name, thing)
      }
      thing.origin ??= origin
      return thing
    },

    unnamed: (origin) => create(null, origin),

    addType,

    addValue(thing, propertyIri, value) {
      if (value.kind === 'text' && value.value.trim() === '') return
      const name = nameOf(thing, 'property', propertyIri, value.offset)
      if (name === null) return
      countValue()
      if (name === ADDITIONAL_TYPE) {
        const type = value.kind === 'thing' ? value.thing.id : String(value.value)
        if (type !== null && shortNameOf(type.trim()) !== null) addType(thing, type.trim())
      }
      if (value.kind === 'thing') value.thing.isValue = true
      const others = thing.properties.get(name)
      if (others === undefined) thing.properties.set(name, [value])
      else others.push(value)
    },
  }
}

function moreThan(max: number, what: string): TooMuchData {
  return new TooMuchData(`more than ${max} ${what}`)
}

/** How a format that has room for one type says a second: https://schema.org/additionalType. */
const ADDITIONAL_TYPE = 'additionalType'

/** Text as a value: a URL when it looks like one. */
export function textValue(text: string, offset: number): Value {
  return { kind: /^\s*https?:\/\/\S+\s*$/i.test(text) ? 'url' : 'text', value: text, offset }
}
