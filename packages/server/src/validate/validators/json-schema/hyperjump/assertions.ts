import type { JsonNode } from '@hyperjump/json-schema/instance/experimental'
import * as Instance from '@hyperjump/json-schema/instance/experimental'
import type { ErrorObject, ValidateFunction } from 'ajv'
import type { Dialect } from '../dialects.ts'
import type { SchemaObject } from '../schemas-in.ts'

/** The assertions of one schema: what it says of a value without asking another schema. Ajv judges by them. */
export interface Assertions {
  /** In ajv's form; empty when the value satisfies them. */
  errorsOf(instance: JsonNode): readonly ErrorObject[]
}

/** The assertions of all schemas that are compiled together. */
export interface AssertionTable {
  /** Gives the key under which `findAssertions` knows them until `close`. Throws when they cannot be compiled. */
  add(assertions: SchemaObject, dialect: Dialect): string
  /** Before a document is judged. `holder` is null unless it holds a number that a double does not. */
  begin(holder: object | null): void
  /** When everything is compiled: the keys are forgotten. */
  close(): void
}

/** The library takes only JSON out of a schema, so that assertions are known by a key while a schema is compiled. */
const underWay = new Map<string, Assertions>()
let lastTable = 0

export function findAssertions(key: string): Assertions {
  const found = underWay.get(key)
  if (found === undefined) throw new Error(`There are no assertions "${key}"`)
  return found
}

export function createAssertionTable(options: {
  isExact: boolean
  enforcesFormats: boolean
}): AssertionTable {
  const prefix = `${++lastTable}/`
  const keys: string[] = []
  const keyOfText = new Map<string, string>()
  const compilers = new Map<string, (schema: SchemaObject) => ValidateFunction>()
  let holder: object | null = null

  function compilerOf(dialect: Dialect, isExact: boolean): (schema: SchemaObject) => ValidateFunction {
    const name = `${dialect.uri} ${isExact}`
    const compiler = compilers.get(name) ?? dialect.compiler({ ...options, isExact })
    compilers.set(name, compiler)
    return compiler
  }

  function assertionsOf(schema: SchemaObject, dialect: Dialect): Assertions {
    const onDoubles = compilerOf(dialect, options.isExact)(schema)
    let exact = options.isExact ? onDoubles : null
    return {
      errorsOf(instance) {
        const validate = holder === null ? onDoubles : (exact ??= compilerOf(dialect, true)(schema))
        const at = holder === null ? NOWHERE : placeOf(instance, holder)
        if (validate(Instance.value(instance), at as never)) return []
        const errors = validate.errors ?? []
        // Ajv would keep them until the next document.
        validate.errors = null
        const where = whereIs(instance)
        return errors.map((error) => ({ ...error, ...where }))
      },
    }
  }

  return {
    add(assertions, dialect) {
      // Most schemas of a large one say the same: `type: string`. Numbers that a double does not hold look alike in JSON.
      const text = options.isExact ? null : JSON.stringify(assertions)
      const known = text === null ? undefined : keyOfText.get(dialect.uri + text)
      if (known !== undefined) return known
      const key = `${prefix}${keys.length}`
      underWay.set(key, assertionsOf(assertions, dialect))
      keys.push(key)
      if (text !== null) keyOfText.set(dialect.uri + text, key)
      return key
    },
    begin(of) {
      holder = of
    },
    close() {
      for (const key of keys) underWay.delete(key)
    },
  }
}

/** Where a value stands that no long number is looked up for. */
const NOWHERE = { instancePath: '', parentData: {}, parentDataProperty: '', rootData: {} }

/** What exact-keywords.ts looks a number up by. */
function placeOf(instance: JsonNode, rootHolder: object): typeof NOWHERE {
  const { parent } = instance
  if (parent === undefined) return { ...NOWHERE, parentData: rootHolder }
  if (parent.type !== 'property') {
    const index = instance.pointer.slice(instance.pointer.lastIndexOf('/') + 1)
    return { ...NOWHERE, parentData: Instance.value(parent), parentDataProperty: index }
  }
  const [name, value] = parent.children
  if (value !== instance || name === undefined || parent.parent === undefined) return NOWHERE
  return {
    ...NOWHERE,
    parentData: Instance.value(parent.parent),
    parentDataProperty: Instance.value(name),
  }
}

/** As ajv has it: the JSON Pointer of a value; of a property's name, that of its object, and the name. */
export function whereIs(instance: JsonNode): Pick<ErrorObject, 'instancePath' | 'propertyName'> {
  const { pointer } = instance
  if (!pointer.startsWith('*')) return { instancePath: pointer }
  return {
    instancePath: pointer.slice(1, pointer.lastIndexOf('/')),
    propertyName: Instance.value(instance),
  }
}
