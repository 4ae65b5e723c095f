import { removeUriSchemePlugin } from '@hyperjump/browser'
import * as Browser from '@hyperjump/browser'
import '@hyperjump/json-schema/draft-2019-09'
import { setShouldValidateSchema } from '@hyperjump/json-schema/draft-2020-12'
import {
  addKeyword,
  defineVocabulary,
  getKeyword,
  getKeywordName,
  loadDialect,
  Validation,
  type Keyword,
  type ValidationContext,
} from '@hyperjump/json-schema/experimental'
import * as Instance from '@hyperjump/json-schema/instance/experimental'
import type { ErrorObject } from 'ajv'
import { findAssertions, type Assertions } from './assertions.ts'

// The library fetches what a reference names, and reads files. Schemas are strangers': it gets no way to.
for (const scheme of ['http', 'https', 'file']) removeUriSchemePlugin(scheme)
// The drafts' meta-schemas have been asked by then, through ajv.
setShouldValidateSchema(false)

/** What our keywords leave for the errors that are told of them; and what the library's own keep in a context. */
export interface KeywordContext extends ValidationContext {
  /** In ajv's form. */
  ownErrors?: readonly ErrorObject[]
  /** Of `oneOf`: how many of its schemas the value matches. */
  matches?: number
  evaluatedProperties?: Set<string>
  evaluatedItems?: Set<number> | undefined
}

const OURS = 'https://schema.invalid/keyword/'
const THEIRS = 'https://json-schema.org/keyword/'

/** The keyword under which a schema's assertions stand; what comes of it is a key of theirs. */
export const ASSERTIONS_KEYWORD = 'our:assertions'

export const IDS = {
  assertions: `${OURS}assertions`,
  oneOf: `${OURS}oneOf`,
  additionalProperties: `${OURS}additionalProperties`,
  additionalItems: `${THEIRS}draft-04/additionalItems`,
  anyOf: `${THEIRS}anyOf`,
  contains: `${THEIRS}contains`,
  contains2019: `${OURS}contains-2019-09`,
  else: `${THEIRS}else`,
  items: `${THEIRS}items`,
  not: `${THEIRS}not`,
  propertyNames: `${THEIRS}propertyNames`,
  then: `${THEIRS}then`,
  unevaluatedItems: `${THEIRS}unevaluatedItems`,
  unevaluatedProperties: `${THEIRS}unevaluatedProperties`,
} as const

addKeyword({
  id: IDS.assertions,
  compile: async (schema) => findAssertions(Browser.value(schema)),
  interpret(assertions, instance, context) {
    const errors = assertions.errorsOf(instance)
    context.ownErrors = errors
    return errors.length === 0
  },
} satisfies Keyword<Assertions, KeywordContext> as Keyword<Assertions>)

/** The library's does not say whether none matched or several. */
addKeyword({
  id: IDS.oneOf,
  async compile(schema, ast) {
    const urls: string[] = []
    for await (const each of Browser.iter(schema)) {
      urls.push(await Validation.compile(each as typeof schema, ast, schema))
    }
    return urls
  },
  interpret(urls, instance, context) {
    // All are asked, since what those that match have evaluated counts.
    context.matches = urls.filter((url) => Validation.interpret(url, instance, context)).length
    return context.matches === 1
  },
} satisfies Keyword<string[], KeywordContext> as Keyword<string[]>)

export interface AdditionalProperties {
  names: ReadonlySet<string>
  patterns: readonly RegExp[]
  url: string
}

/** The library joins all patterns to one, in which a back reference counts the groups of the others. */
addKeyword({
  id: IDS.additionalProperties,
  async compile(schema, ast, parentSchema) {
    const keysOf = async (keyword: string): Promise<string[]> => {
      const name = getKeywordName(schema.document.dialectId, `${THEIRS}${keyword}`)
      const map = await Browser.step(name, parentSchema)
      return Browser.typeOf(map) === 'object' ? [...Browser.keys(map)] : []
    }
    return {
      names: new Set(await keysOf('properties')),
      patterns: (await keysOf('patternProperties')).map((pattern) => new RegExp(pattern, 'u')),
      url: await Validation.compile(schema, ast, parentSchema),
    }
  },
  interpret({ names, patterns, url }, instance, context) {
    let isValid = true
    for (const [nameNode, value] of Instance.entries(instance)) {
      const name: string = Instance.value(nameNode)
      if (names.has(name) || patterns.some((pattern) => pattern.test(name))) continue
      if (!Validation.interpret(url, value, context)) isValid = false
      context.evaluatedProperties?.add(name)
    }
    return isValid
  },
} satisfies Keyword<AdditionalProperties, KeywordContext> as Keyword<AdditionalProperties>)

const contains = getKeyword<unknown>(IDS.contains)

/** In 2019-09 an item that it finds is not evaluated by that, as it is since 2020-12. */
addKeyword({
  ...contains,
  id: IDS.contains2019,
  interpret(compiled, instance, context) {
    const { evaluatedItems } = context
    context.evaluatedItems = undefined
    const isValid = contains.interpret(compiled, instance, context)
    context.evaluatedItems = evaluatedItems
    return isValid
  },
} satisfies Keyword<unknown, KeywordContext> as Keyword<unknown>)

const SHARED = {
  $anchor: `${THEIRS}anchor`,
  $defs: `${THEIRS}definitions`,
  $id: `${THEIRS}id`,
  $ref: `${THEIRS}ref`,
  [ASSERTIONS_KEYWORD]: IDS.assertions,
  additionalProperties: IDS.additionalProperties,
  allOf: `${THEIRS}allOf`,
  anyOf: IDS.anyOf,
  dependentSchemas: `${THEIRS}dependentSchemas`,
  else: IDS.else,
  if: `${THEIRS}if`,
  maxContains: `${THEIRS}maxContains`,
  minContains: `${THEIRS}minContains`,
  not: IDS.not,
  oneOf: IDS.oneOf,
  patternProperties: `${THEIRS}patternProperties`,
  properties: `${THEIRS}properties`,
  propertyNames: IDS.propertyNames,
  then: IDS.then,
  unevaluatedItems: IDS.unevaluatedItems,
  unevaluatedProperties: IDS.unevaluatedProperties,
}

const KEYWORDS: Record<string, Record<string, string>> = {
  'https://json-schema.org/draft/2020-12/schema': {
    ...SHARED,
    $dynamicAnchor: `${THEIRS}draft-2020-12/dynamicAnchor`,
    $dynamicRef: `${THEIRS}draft-2020-12/dynamicRef`,
    contains: IDS.contains,
    items: IDS.items,
    prefixItems: `${THEIRS}prefixItems`,
  },
  'https://json-schema.org/draft/2019-09/schema': {
    ...SHARED,
    $recursiveAnchor: `${THEIRS}draft-2019-09/recursiveAnchor`,
    $recursiveRef: `${THEIRS}draft-2020-12/dynamicRef`,
    additionalItems: IDS.additionalItems,
    contains: IDS.contains2019,
    items: `${THEIRS}draft-04/items`,
  },
}

for (const [uri, keywords] of Object.entries(KEYWORDS)) {
  defineVocabulary(`${ourDialect(uri)}/vocabulary`, keywords)
  loadDialect(ourDialect(uri), { [`${ourDialect(uri)}/vocabulary`]: true }, true)
}

/** The library's name for a draft as we read it: its applicators, and our keyword for all assertions. */
export function ourDialect(uri: string): string {
  return `https://schema.invalid/dialect/${uri.split('/').at(-2)}`
}
