import { ENUMERATION_LINES, LISTED_LINES, PROPERTY_LINES, TYPE_LINES } from './words.ts'

// Everything here is read only and bounded by the vocabulary itself: a document adds nothing to it.

const parentsOfType = readLines(TYPE_LINES)
const domainsOfProperty = readLines(PROPERTY_LINES)
const valuesOfEnumeration = readLines(ENUMERATION_LINES)
const enumerationOfProperty = readLines(LISTED_LINES)
const ancestorsOfType = new Map<string, ReadonlySet<string>>()

const NOTHING: readonly string[] = []
const NOBODY: ReadonlySet<string> = new Set()

/** The IRIs of schema.org are written with http or https, with www or the name of an extension before it. */
const SCHEMA_ORG_IRI = /^https?:\/\/(?:[a-z-]+\.)?schema\.org\/([^/?#]+)$/i

/** The short name of a schema.org term, known or not; null for a term of another vocabulary. */
export function shortNameOf(iri: string): string | null {
  return SCHEMA_ORG_IRI.exec(iri)?.[1] ?? null
}

export function isType(name: string): boolean {
  return parentsOfType.has(name)
}

export function isProperty(name: string): boolean {
  return domainsOfProperty.has(name)
}

function parentsOf(type: string): readonly string[] {
  return parentsOfType.get(type) ?? NOTHING
}

/** The type itself and all above it; empty for one that schema.org does not have. */
export function lineageOf(type: string): ReadonlySet<string> {
  if (!isType(type)) return NOBODY
  const known = ancestorsOfType.get(type)
  if (known !== undefined) return known
  const lineage = new Set([type])
  // A set iterates over what is added meanwhile, so this walks up to the top; each name is met once.
  for (const each of lineage) for (const parent of parentsOf(each)) lineage.add(parent)
  ancestorsOfType.set(type, lineage)
  return lineage
}

export function isA(type: string, ancestor: string): boolean {
  return lineageOf(type).has(ancestor)
}

/** The types that a property belongs to, their descendants left out. */
export function domainsOf(property: string): readonly string[] {
  return domainsOfProperty.get(property) ?? NOTHING
}

export function mayHave(type: string, property: string): boolean {
  const lineage = lineageOf(type)
  return domainsOf(property).some((domain) => lineage.has(domain))
}

export interface Enumeration {
  name: string
  /** Short names. */
  values: readonly string[]
}

/** The enumeration that all values of a property are of; null when it takes others too. */
export function enumerationOf(property: string): Enumeration | null {
  const name = enumerationOfProperty.get(property)?.[0]
  return name === undefined ? null : { name, values: valuesOfEnumeration.get(name) ?? NOTHING }
}

export function typeNames(): Iterable<string> {
  return parentsOfType.keys()
}

export function propertyNames(): Iterable<string> {
  return domainsOfProperty.keys()
}

function readLines(lines: string): ReadonlyMap<string, readonly string[]> {
  return new Map(
    lines.split('\n').map((line): [string, string[]] => {
      const [name = '', ...others] = line.split(' ')
      return [name, others]
    }),
  )
}
