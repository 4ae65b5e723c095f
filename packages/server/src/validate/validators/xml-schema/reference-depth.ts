import { LIMITS } from '../../../core/limits.ts'
import { namesIn, type QName, type SchemaNode } from './schema-tree.ts'

/** Where something builds on something else, by element and attribute; what Xerces follows while it compiles a schema. */
const REFERENCES: readonly (readonly [element: string, attribute: string, kind: string])[] = [
  ['extension', 'base', 'type'],
  ['restriction', 'base', 'type'],
  ['list', 'itemType', 'type'],
  ['union', 'memberTypes', 'type'],
  ['group', 'ref', 'group'],
  ['attributeGroup', 'ref', 'attributeGroup'],
]

/** A type, group, attribute group or element by its kind and name. */
type Graph = ReadonlyMap<string, readonly string[]>

/**
 * The name of something in schemas that builds on others more than `LIMITS.xmlSchemaDepthMax` deep, if there is such.
 *
 * Xerces follows these by recursion, and takes for them time in their square.
 */
export function findDeepReference(schemas: readonly SchemaNode[]): string | null {
  const graph = graphOf(schemas)
  const depths = new Map<string, number>()

  /** Infinity as soon as the way here is too long. */
  function depthOf(key: string, above: number): number {
    const known = depths.get(key)
    if (known !== undefined) return above + known > LIMITS.xmlSchemaDepthMax ? Infinity : known
    if (above >= LIMITS.xmlSchemaDepthMax) return Infinity
    const below = (graph.get(key) ?? []).map((next) => depthOf(next, above + 1))
    const depth = 1 + Math.max(0, ...below)
    depths.set(key, depth)
    return depth
  }

  for (const key of graph.keys()) {
    if (depthOf(key, 0) === Infinity) return key.slice(key.indexOf('}') + 1)
  }
  return null
}

function graphOf(schemas: readonly SchemaNode[]): Graph {
  const graph = new Map<string, string[]>()
  for (const schema of schemas) {
    const namespace = schema.attributes.get('targetNamespace') ?? ''
    for (const component of schema.children) {
      if (component.name === 'redefine') {
        // What is redefined builds on what it was before, by the same name.
        for (const again of component.children) add(again, namespace, true)
      } else add(component, namespace, false)
    }
  }
  return graph

  function add(component: SchemaNode, namespace: string, isRedefined: boolean): void {
    const local = component.attributes.get('name')
    if (local === undefined) return
    const key = keyOf(kindOf(component.name), { namespace, local })
    const found = referencesOf(component).filter((reference) => !isRedefined || reference !== key)
    graph.set(key, [...(graph.get(key) ?? []), ...found])
  }
}

/** Not what a type's own elements build on: they stand for themselves, and may rightly go in circles. */
function referencesOf(component: SchemaNode): string[] {
  const heads = namesIn(component, 'substitutionGroup').map((name) => keyOf('element', name))
  const inside = [...outsideElements(component)].flatMap((node) =>
    REFERENCES.filter(([element]) => element === node.name).flatMap(([, attribute, kind]) =>
      namesIn(node, attribute).map((name) => keyOf(kind, name)),
    ),
  )
  return [...heads, ...inside]
}

function* outsideElements(component: SchemaNode): Generator<SchemaNode> {
  if (component.name === 'element') return
  yield component
  for (const child of component.children) yield* outsideElements(child)
}

/** Types are named in one space; groups, attribute groups and elements each in their own. */
function kindOf(tag: string): string {
  return ['group', 'attributeGroup', 'element'].includes(tag) ? tag : 'type'
}

function keyOf(kind: string, { namespace, local }: QName): string {
  return `${kind} {${namespace}}${local}`
}
