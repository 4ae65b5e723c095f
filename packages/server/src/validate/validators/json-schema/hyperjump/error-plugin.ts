import type { EvaluationPlugin } from '@hyperjump/json-schema/experimental'
import type { JsonNode } from '@hyperjump/json-schema/instance/experimental'
import type { ErrorObject } from 'ajv'
import { whereIs } from './assertions.ts'
import { IDS, type AdditionalProperties, type KeywordContext } from './keywords.ts'

/** Errors, and lists of those of schemas within: they are put together once, at the end. */
type Errors = (ErrorObject | Errors)[]

interface ErrorContext extends KeywordContext {
  errors?: Errors
  /** What the schema has looked at, once it has ended. */
  schemaEvaluatedProperties?: ReadonlySet<string>
  schemaEvaluatedItems?: ReadonlySet<number>
}

/** A keyword of a compiled schema: its id, where it stands, and what it was compiled to. */
type KeywordNode = [id: string, url: string, value: unknown]

/** Gathers what a document lacks as ajv would tell it, so that both have the same findings. */
export function createErrorPlugin(): { plugin: EvaluationPlugin; errors: () => ErrorObject[] } {
  let outermost: Errors = []
  const lookedAt = createLookedAt()
  const plugin: EvaluationPlugin<ErrorContext> = {
    afterKeyword(node, instance, context, isValid, schemaContext) {
      if (isValid) return
      const errors = (schemaContext.errors ??= [])
      const within = withoutEchoes(node, instance, context, errors, lookedAt)
      errors.push(...errorsOf(node, instance, context, within))
    },
    afterSchema(url, instance, context, isValid) {
      if (!isValid && context.ast[url] === false) {
        const said = errorOf('false schema', instance, {}, 'boolean schema is false')
        ;(context.errors ??= []).push(said)
      }
      if (!isValid) lookedAt.add(instance, context)
      outermost = context.errors ?? []
    },
  }
  return { plugin, errors: () => flat(outermost) }
}

function flat(errors: Errors, into: ErrorObject[] = []): ErrorObject[] {
  for (const each of errors) {
    if (Array.isArray(each)) flat(each, into)
    else into.push(each)
  }
  return into
}

/** Of each value, the names and indexes that schemas which it failed have looked at. */
interface LookedAt {
  add(instance: JsonNode, context: ErrorContext): void
  has(instance: JsonNode, name: string): boolean
}

function createLookedAt(): LookedAt {
  const names = new Map<JsonNode, Set<string>>()
  return {
    add(instance, { schemaEvaluatedProperties = [], schemaEvaluatedItems = [] }) {
      const known = names.get(instance) ?? new Set()
      for (const name of schemaEvaluatedProperties) known.add(name)
      for (const index of schemaEvaluatedItems) known.add(String(index))
      if (known.size > 0) names.set(instance, known)
    },
    has: (instance, name) => names.get(instance)?.has(name) === true,
  }
}

/**
 * What a schema that fails has looked at counts as unevaluated. While its errors are told, those that only echo them are not:
 * one wrong property would make all of them unknown.
 */
function withoutEchoes(
  [id, , value]: KeywordNode,
  instance: JsonNode,
  { ast, errors: within = [] }: ErrorContext,
  before: Errors,
  lookedAt: LookedAt,
): Errors {
  const isUnevaluated = id === IDS.unevaluatedProperties || id === IDS.unevaluatedItems
  if (!isUnevaluated || before.length === 0 || ast[value as string] !== false) return within
  return flat(within).filter(({ instancePath }) => !lookedAt.has(instance, lastSegment(instancePath)))
}

/** What a keyword's failing is told as; `within` are the errors of the schemas that it asked. */
function errorsOf(node: KeywordNode, instance: JsonNode, context: ErrorContext, within: Errors): Errors {
  const [id, , value] = node
  switch (id) {
    case IDS.assertions:
      return [...(context.ownErrors ?? [])]
    case IDS.not:
      return [errorOf('not', instance, {}, 'must NOT be valid')]
    case IDS.anyOf:
      return [within, errorOf('anyOf', instance, {}, 'must match a schema in anyOf')]
    case IDS.oneOf: {
      const said = (passingSchemas: unknown) =>
        errorOf('oneOf', instance, { passingSchemas }, 'must match exactly one schema in oneOf')
      return context.matches === 0 ? [within, said(null)] : [said(context.matches)]
    }
    case IDS.then:
    case IDS.else: {
      const failingKeyword = id === IDS.then ? 'then' : 'else'
      return [within, errorOf('if', instance, { failingKeyword }, `must match "${failingKeyword}" schema`)]
    }
    case IDS.contains:
      return [within, containsError(instance, value as Contains)]
    case IDS.propertyNames:
      return propertyNameErrors(instance, within)
    case IDS.additionalProperties:
      return unwantedProperties('additionalProperties', (value as AdditionalProperties).url)
    case IDS.unevaluatedProperties:
      return unwantedProperties('unevaluatedProperties', value as string)
    case IDS.items:
    case IDS.additionalItems: {
      const [limit, url] = value as [number, string]
      if (limit === 0 || context.ast[url] !== false) return [within]
      const keyword = id === IDS.items ? 'items' : 'additionalItems'
      return [errorOf(keyword, instance, { limit }, `must NOT have more than ${limit} items`)]
    }
    case IDS.unevaluatedItems:
      return context.ast[value as string] === false ? unevaluatedItems(instance, within) : [within]
    default:
      return [within]
  }

  function unwantedProperties(
    keyword: 'additionalProperties' | 'unevaluatedProperties',
    url: string,
  ): Errors {
    if (context.ast[url] !== false) return [within]
    const param = keyword === 'additionalProperties' ? 'additionalProperty' : 'unevaluatedProperty'
    const message = `must NOT have ${keyword === 'additionalProperties' ? 'additional' : 'unevaluated'} properties`
    return namesBelow(within).map((name) => errorOf(keyword, instance, { [param]: name }, message))
  }
}

interface Contains {
  minContains: number
  maxContains: number
}

function containsError(instance: JsonNode, { minContains, maxContains }: Contains): ErrorObject {
  const isBounded = maxContains < Number.MAX_SAFE_INTEGER
  const most = isBounded ? ` and no more than ${maxContains}` : ''
  const params = isBounded ? { minContains, maxContains } : { minContains }
  return errorOf('contains', instance, params, `must contain at least ${minContains}${most} valid item(s)`)
}

/** What is wrong with each name, and after it that it is refused. */
function propertyNameErrors(instance: JsonNode, within: Errors): Errors {
  const byName = Map.groupBy(flat(within), ({ propertyName }) => propertyName)
  return [...byName].map(([propertyName, errors]) => [
    ...errors,
    errorOf('propertyNames', instance, { propertyName }, 'property name must be valid'),
  ])
}

/** One error for the list, as ajv has it: which items are left over depends on what the others matched. */
function unevaluatedItems(instance: JsonNode, within: Errors): Errors {
  const places = namesBelow(within)
  if (places.length === 0) return []
  const which = places.length === 1 ? `item ${places[0]}` : `items ${places.join(', ')}`
  return [errorOf('unevaluatedItems', instance, { places }, `must not have ${which}, which no schema allows`)]
}

/** The last segments of where these errors are. */
function namesBelow(within: Errors): string[] {
  return flat(within).map(({ instancePath }) => lastSegment(instancePath))
}

function lastSegment(pointer: string): string {
  const segment = pointer.slice(pointer.lastIndexOf('/') + 1)
  return segment.replaceAll('~1', '/').replaceAll('~0', '~')
}

function errorOf(
  keyword: string,
  instance: JsonNode,
  params: Record<string, unknown>,
  message: string,
): ErrorObject {
  return { keyword, ...whereIs(instance), schemaPath: '', params, message }
}
