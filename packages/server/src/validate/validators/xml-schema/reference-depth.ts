import { XmlAttribute, XmlElement, XmlXPath, type XmlDocument, type XmlNode } from 'libxml2-wasm'
import { LIMITS } from '../../../core/limits.ts'

export const XS = { xs: 'http://www.w3.org/2001/XMLSchema' }

/** Not what a type's own elements build on: they stand for themselves, and may rightly go in circles. */
const OUTSIDE_ELEMENTS = '[not(ancestor::xs:element)]'

/** What libxml2 follows while it compiles a schema. */
const REFERENCES = [
  `.//xs:extension${OUTSIDE_ELEMENTS}/@base`,
  `.//xs:restriction${OUTSIDE_ELEMENTS}/@base`,
  `.//xs:list${OUTSIDE_ELEMENTS}/@itemType`,
  `.//xs:union${OUTSIDE_ELEMENTS}/@memberTypes`,
  `.//xs:group${OUTSIDE_ELEMENTS}/@ref`,
  `.//xs:attributeGroup${OUTSIDE_ELEMENTS}/@ref`,
  'self::xs:element/@substitutionGroup',
].join(' | ')

/** A type, group, attribute group or element by its kind and name. */
type Graph = ReadonlyMap<string, readonly string[]>

/**
 * The name of something in a schema that builds on others more than `LIMITS.xmlSchemaDepthMax` deep, if there is such.
 *
 * Libxml2 follows these by recursion, without a bound of its own, on a stack of 64 KB inside its memory with nothing to guard
 * its end: 2,500 elements, each in the substitution group of the next, silently overwrite what lies below it, and with that
 * whatever the thread judges next.
 */
export function findDeepReference(schema: XmlDocument): string | null {
  const graph = graphOf(schema)
  const depths = new Map<string, number>()

  /** Infinity as soon as the way here is too long. */
  function depthOf(name: string, above: number): number {
    const known = depths.get(name)
    if (known !== undefined) return above + known > LIMITS.xmlSchemaDepthMax ? Infinity : known
    if (above >= LIMITS.xmlSchemaDepthMax) return Infinity
    const below = (graph.get(name) ?? []).map((next) => depthOf(next, above + 1))
    const depth = 1 + Math.max(0, ...below)
    depths.set(name, depth)
    return depth
  }

  for (const name of graph.keys()) {
    if (depthOf(name, 0) === Infinity) return name.slice(name.indexOf(' ') + 1)
  }
  return null
}

function graphOf(schema: XmlDocument): Graph {
  const graph = new Map<string, string[]>()
  const references = XmlXPath.compile(REFERENCES, XS)
  try {
    for (const component of schema.find('/xs:schema/xs:*[@name]', XS)) {
      if (!(component instanceof XmlElement)) continue
      const name = `${kindOf(component.name)} ${component.attr('name')?.value ?? ''}`
      const found = component.find(references).flatMap(targetsOf)
      graph.set(name, [...(graph.get(name) ?? []), ...found])
    }
  } finally {
    references.dispose()
  }
  return graph
}

/** Prefixes do not matter: whatever is declared here is of one namespace. */
function targetsOf(reference: XmlNode): string[] {
  if (!(reference instanceof XmlAttribute)) return []
  const kind = reference.name === 'substitutionGroup' ? 'element' : kindOf(reference.parent?.name ?? '')
  return reference.value
    .split(/\s+/)
    .filter((name) => name !== '')
    .map((name) => `${kind} ${name.slice(name.indexOf(':') + 1)}`)
}

/** Types are named in one space; groups, attribute groups and elements each in their own. */
function kindOf(tag: string): string {
  return ['group', 'attributeGroup', 'element'].includes(tag) ? tag : 'type'
}
