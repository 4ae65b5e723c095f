import { namesIn, nodesOf, XS_NAMESPACE, type SchemaNode } from './schema-tree.ts'

/** What a schema says of a value, as far as a message can tell it. */
export interface DeclaredType {
  /** The type of XML Schema itself that it comes from, such as `decimal`. */
  builtin: string
  /** Whether the schema asks for more than that. */
  isRestricted: boolean
  /** Those that it lists, if it does. */
  values: readonly string[]
  /** The only one, if it is fixed. */
  fixed: string | null
}

export interface DeclaredKey {
  name: string
  fields: readonly string[]
}

/** What findings tell of a schema. All of it is by names without namespaces, and only where all of a name are alike. */
export interface Declared {
  /** Elements that a document may begin with. */
  roots: readonly string[]
  targetNamespace: string
  typeOf(kind: 'element' | 'attribute', name: string): DeclaredType | null
  /** The one `xs:key` or the like of an element's. */
  keyOf(kinds: readonly string[], element: string): DeclaredKey | null
}

export function declaredIn(schemas: readonly SchemaNode[]): Declared {
  const nodes = schemas.flatMap((schema) => [...nodesOf(schema)])
  const types = new Map<string, SchemaNode>()
  for (const type of schemas.flatMap(({ children }) => children)) {
    if (type.name === 'simpleType' || type.name === 'complexType') types.set(nameOf(type), type)
  }

  function builtinOrNamed(node: SchemaNode, attribute: string): DeclaredType | null {
    const [name, another] = namesIn(node, attribute)
    if (name === undefined || another !== undefined) return null
    if (name.namespace === XS_NAMESPACE)
      return { builtin: name.local, isRestricted: false, values: [], fixed: null }
    const type = types.get(name.local)
    return type === undefined ? null : ofType(type)
  }

  function ofType(type: SchemaNode): DeclaredType | null {
    const content = type.name === 'complexType' ? childOf(type, 'simpleContent') : type
    const extension = childOf(content, 'extension')
    if (extension !== undefined) return builtinOrNamed(extension, 'base')
    const restriction = childOf(content, 'restriction')
    if (restriction === undefined) return null
    const inner = childOf(restriction, 'simpleType')
    const base = inner === undefined ? builtinOrNamed(restriction, 'base') : ofType(inner)
    if (base === null) return null
    const values = restriction.children.filter(({ name }) => name === 'enumeration')
    return {
      builtin: base.builtin,
      isRestricted: true,
      values: values.length > 0 ? values.map(valueOf) : base.values,
      fixed: null,
    }
  }

  function ofDeclaration(node: SchemaNode): DeclaredType | null {
    const inner = childOf(node, 'simpleType') ?? childOf(node, 'complexType')
    const type = inner === undefined ? builtinOrNamed(node, 'type') : ofType(inner)
    const fixed = node.attributes.get('fixed') ?? null
    return type === null || fixed === null ? type : { ...type, fixed }
  }

  return {
    targetNamespace: schemas[0]?.attributes.get('targetNamespace') ?? '',
    roots: schemas
      .flatMap(({ children }) => children)
      .filter(({ name }) => name === 'element')
      .map(nameOf),

    typeOf(kind, name) {
      const declarations = nodes.filter((node) => node.name === kind && nameOf(node) === name)
      const [first, ...others] = declarations.map(ofDeclaration)
      const isAgreed = others.every((other) => JSON.stringify(other) === JSON.stringify(first))
      return isAgreed ? (first ?? null) : null
    },

    keyOf(kinds, element) {
      const elements = nodes.filter((node) => node.name === 'element' && nameOf(node) === element)
      const keys = elements.flatMap(({ children }) => children.filter(({ name }) => kinds.includes(name)))
      const [only, another] = keys
      if (only === undefined || another !== undefined) return null
      const fields = only.children.filter(({ name }) => name === 'field')
      return { name: nameOf(only), fields: fields.map(({ attributes }) => attributes.get('xpath') ?? '') }
    },
  }
}

function nameOf(node: SchemaNode): string {
  return node.attributes.get('name') ?? ''
}

function valueOf(facet: SchemaNode): string {
  return facet.attributes.get('value') ?? ''
}

function childOf(node: SchemaNode | undefined, name: string): SchemaNode | undefined {
  return node?.children.find((child) => child.name === name)
}
