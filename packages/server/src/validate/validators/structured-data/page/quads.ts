import {
  below,
  isBareReference,
  type Format,
  type Origin,
  type Place,
  type Thing,
  type Value,
} from '../thing.ts'
import { textValue, type Things } from '../things.ts'

/** What the parsers of Microdata and RDFa make of a page, as far as it is used here. */
export interface Quad {
  subject: QuadTerm
  predicate: QuadTerm
  object: QuadTerm
}

export interface QuadTerm {
  termType: string
  value: string
  /** Of a literal. */
  datatype?: { value: string }
}

const RDF = 'http://www.w3.org/1999/02/22-rdf-syntax-ns#'
/** How far up a circle of things is looked for. */
const ANCESTORS_MAX = 100

/** Makes things of the quads of one format. */
export interface QuadReader {
  /** `offset`: where in the page the parser was when it gave the quad. */
  read(quad: Quad, offset: number): void
  /** Once all quads have been read: takes lists apart, and gives things that are nobody's value a place. */
  end(): void
}

/**
 * Places are readable paths: `/microdata[0]/offers/1` is the second offer of the first thing on the page that is no value
 * of another one.
 */
export function createQuadReader(format: Format, things: Things): QuadReader {
  const own: Thing[] = []
  const lists = new Map<Thing, { first: Value | null; rest: Thing | null }>()

  function thingOf(term: QuadTerm, origin: Origin | null): Thing {
    const id = term.termType === 'BlankNode' ? `_:${term.value}` : term.value
    const thing = things.named(id, format, origin)
    if (origin !== null && thing.origin === origin) own.push(thing)
    return thing
  }

  /** The first to have a thing as its value gives it its place. */
  function adopt(thing: Thing, owner: Thing, property: string): void {
    const place = thing.origin?.place
    const above = owner.origin?.place
    if (place === undefined || above === undefined || place.parent !== null) return
    let ancestor: Place | null = above
    for (let steps = 0; ancestor !== null; steps += 1, ancestor = ancestor.parent) {
      if (ancestor === place || steps === ANCESTORS_MAX) return
    }
    // Of several values the first stands under the property, the others under their index as well.
    const index = owner.properties.get(property)?.length ?? 0
    place.parent = index === 0 ? above : below(above, property)
    place.segment = index === 0 ? property : String(index)
  }

  function valueOf(term: QuadTerm, offset: number): Value {
    if (term.termType === 'BlankNode')
      return { kind: 'thing', thing: thingOf(term, newOrigin(offset)), offset }
    if (term.termType === 'NamedNode') return { kind: 'thing', thing: thingOf(term, null), offset }
    return literalValue(term, offset)
  }

  function newOrigin(offset: number): Origin {
    return { format, place: { parent: null, segment: '' }, offset }
  }

  return {
    read({ subject, predicate, object }, offset) {
      const thing = thingOf(subject, newOrigin(offset))
      if (predicate.value === `${RDF}type`) {
        things.addType(thing, object.value)
        return
      }
      const value = valueOf(object, offset)
      if (predicate.value === `${RDF}first` || predicate.value === `${RDF}rest`) {
        const list = lists.get(thing) ?? { first: null, rest: null }
        if (predicate.value === `${RDF}first`) list.first = value
        else if (value.kind === 'thing') list.rest = value.thing
        lists.set(thing, list)
        return
      }
      if (value.kind === 'thing') adopt(value.thing, thing, lastSegment(predicate.value))
      things.addValue(thing, predicate.value, value)
    },

    end() {
      if (lists.size > 0) for (const thing of own) unfold(thing, lists)
      const roots = own.filter((thing) => thing.origin?.place.parent === null && !isBareReference(thing))
      for (const [index, { origin }] of roots.entries()) {
        if (origin !== null) origin.place.segment = `${format}[${index}]`
      }
    },
  }
}

function literalValue({ value, datatype }: QuadTerm, offset: number): Value {
  const number = Number(value)
  const isNumber = /#(?:integer|decimal|double|float)$/.test(datatype?.value ?? '') && Number.isFinite(number)
  return isNumber ? { kind: 'number', value: number, offset } : textValue(value, offset)
}

/** Puts the items of a list in the place of its first node. */
function unfold(thing: Thing, lists: ReadonlyMap<Thing, { first: Value | null; rest: Thing | null }>): void {
  for (const [property, values] of thing.properties) {
    thing.properties.set(
      property,
      values.flatMap((value) =>
        value.kind === 'thing' ? (itemsOf(value.thing, lists) ?? [value]) : [value],
      ),
    )
  }
}

function itemsOf(
  head: Thing,
  lists: ReadonlyMap<Thing, { first: Value | null; rest: Thing | null }>,
): Value[] | null {
  if (!lists.has(head)) return null
  const items: Value[] = []
  const met = new Set<Thing>()
  for (let node: Thing | null = head; node !== null && !met.has(node);) {
    met.add(node)
    const list = lists.get(node)
    if (list?.first != null) items.push(list.first)
    node = list?.rest ?? null
  }
  return items
}

function lastSegment(iri: string): string {
  return iri.slice(Math.max(iri.lastIndexOf('/'), iri.lastIndexOf('#')) + 1)
}
