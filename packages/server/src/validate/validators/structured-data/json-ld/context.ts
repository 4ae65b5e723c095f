import { looksLikeSchemaOrg } from '../vocabulary/misspelt.ts'
import { isProperty, isType } from '../vocabulary/vocabulary.ts'
import type { JsonObject, JsonValue } from './json-text.ts'

const SCHEMA_ORG = 'http://schema.org/'
/** The address under which schema.org serves its context; what follows is either nothing or the file itself. */
const SCHEMA_ORG_CONTEXT =
  /^(?:https?:)?\/\/(?:[a-z-]+\.)?schema\.org(?:\/|\/docs\/jsonldcontext\.json(?:ld)?)?#?$/i
const SCHEMA_ORG_VOCABULARY = /^https?:\/\/(?:[a-z-]+\.)?schema\.org\/$/i
/** A term may be defined by a prefix that is a term itself; a chain that is longer is a circle. */
const DEFINITION_STEPS_MAX = 10

/** What a name means, as far as it concerns us. */
export interface Term {
  /** The IRI, prefix or keyword that it stands for; null when it is switched off. */
  id: string | null
  /** `@id` when text is the name of a thing, `@vocab` when it is a term. */
  type: string | null
  /** Values come in an object under languages, indexes or ids. */
  isMap: boolean
  /** What has the property is the value, and the value what has it. */
  isReverse: boolean
}

/** What names mean at a place of a JSON-LD text. Contexts form a chain: copying would let a hostile text multiply. */
export interface Context {
  parent: Context | null
  terms: ReadonlyMap<string, Term>
  /** What a name without a definition begins with; null when such names mean nothing. */
  vocab: string | null
  /** Whether schema.org's own context is in force, which defines all of its names. */
  hasSchemaOrg: boolean
  /** Where relative ids start; undefined for the document's own address, null where they start nowhere. */
  base: string | null | undefined
  /** Whether there is any `@context` at all. */
  isGiven: boolean
}

export const NO_CONTEXT: Context = {
  parent: null,
  terms: new Map(),
  vocab: null,
  hasSchemaOrg: false,
  base: undefined,
  isGiven: false,
}

export const SCHEMA_ORG_CONTEXT_ONLY: Context = {
  ...NO_CONTEXT,
  vocab: SCHEMA_ORG,
  hasSchemaOrg: true,
  isGiven: true,
}

/** What is told of the addresses in an `@context`. */
export interface ContextNotice {
  /** Contexts of other hosts are never fetched. */
  ignored(address: string): void
  /** It looks like schema.org's and is not; it is read as what was meant. */
  misspelt(address: string): void
}

/** The context after an `@context`. `documentBase` is where relative ids start that no context says anything about. */
export function withContext(
  before: Context,
  given: JsonValue,
  documentBase: string | null,
  notice: ContextNotice,
): Context {
  let context: Context = { ...before, isGiven: true }
  for (const part of Array.isArray(given) ? given : [given]) {
    if (part === null) context = { ...NO_CONTEXT, isGiven: true }
    else if (typeof part === 'string') {
      const isSchemaOrg = SCHEMA_ORG_CONTEXT.test(part.trim())
      const isMisspelt = !isSchemaOrg && looksLikeSchemaOrg(part)
      if (isMisspelt) notice.misspelt(part)
      if (isSchemaOrg || isMisspelt) context = { ...context, ...schemaOrgPart() }
      else notice.ignored(part)
    } else if (typeof part === 'object' && !Array.isArray(part)) {
      context = withBase(withDefinitions(before, context, part, notice), part, documentBase)
    }
  }
  return context
}

function withBase(context: Context, { members }: JsonObject, documentBase: string | null): Context {
  const base = members.get('@base')
  if (base === null) return { ...context, base: null }
  if (typeof base !== 'string') return context
  return { ...context, base: resolve(base, baseOf(context, documentBase)) }
}

/** Where relative ids start; null where they start nowhere. */
export function baseOf(context: Context, documentBase: string | null): string | null {
  return context.base === undefined ? documentBase : context.base
}

/** An absolute URL; null when there is none. */
function resolve(reference: string, base: string | null): string | null {
  return URL.parse(reference, base ?? undefined)?.href ?? base
}

function schemaOrgPart(): Pick<Context, 'vocab' | 'hasSchemaOrg'> {
  return { vocab: SCHEMA_ORG, hasSchemaOrg: true }
}

function withDefinitions(
  before: Context,
  context: Context,
  { members }: JsonObject,
  notice: ContextNotice,
): Context {
  // One map for all parts of one `@context`, or a list of a hundred thousand would make as long a chain.
  const isOwn = context.terms !== before.terms && context.terms !== NO_CONTEXT.terms
  const terms = isOwn ? (context.terms as Map<string, Term>) : new Map<string, Term>()
  let { vocab } = context
  for (const [name, definition] of members) {
    if (name === '@vocab') vocab = vocabOf(definition, context, notice)
    else if (!name.startsWith('@')) {
      const term = termOf(name, definition)
      if (term !== null) terms.set(name, term)
    }
  }
  const parent = isOwn ? context.parent : context.terms === NO_CONTEXT.terms ? null : context
  return { ...context, parent, terms, vocab }
}

function vocabOf(definition: JsonValue, context: Context, notice: ContextNotice): string | null {
  if (typeof definition !== 'string') return null
  // Often written without the slash; taken by the letter every name would be a host of its own.
  if (SCHEMA_ORG_CONTEXT.test(definition)) return SCHEMA_ORG
  const expanded = absolute(expandName(context, definition)) ?? definition
  if (SCHEMA_ORG_VOCABULARY.test(expanded) || !looksLikeSchemaOrg(expanded)) return expanded
  notice.misspelt(definition)
  return SCHEMA_ORG
}

function termOf(name: string, definition: JsonValue): Term | null {
  const plain: Term = { id: null, type: null, isMap: false, isReverse: false }
  if (definition === null) return plain
  if (typeof definition === 'string') return { ...plain, id: definition }
  if (typeof definition !== 'object' || Array.isArray(definition)) return null
  const { members } = definition
  const reverse = members.get('@reverse')
  const id = reverse ?? members.get('@id') ?? name
  const type = members.get('@type')
  const container = members.get('@container')
  const containers = Array.isArray(container) ? container : [container]
  return {
    id: typeof id === 'string' ? id : null,
    type: typeof type === 'string' ? type : null,
    isMap: ['@language', '@index', '@id', '@type', '@graph'].some((each) => containers.includes(each)),
    isReverse: typeof reverse === 'string',
  }
}

/** The definition of a name; undefined when there is none. */
export function findTerm(context: Context, name: string): Term | undefined {
  for (let each: Context | null = context; each !== null; each = each.parent) {
    const term = each.terms.get(name)
    if (term !== undefined) return term
  }
  return undefined
}

/** A name as a keyword or an absolute IRI; null when it means nothing here. */
export function expandName(context: Context, name: string, stepsLeft = DEFINITION_STEPS_MAX): string | null {
  if (name.startsWith('@')) return name
  if (stepsLeft === 0) return null
  const term = findTerm(context, name)
  if (term !== undefined) {
    // A definition such as {"name": {"@type": "@id"}} says nothing of what the name stands for.
    if (term.id === name) return name.includes(':') ? name : expandUndefined(context, name)
    return term.id === null ? null : expandName(context, term.id, stepsLeft - 1)
  }
  const colon = name.indexOf(':')
  if (colon === -1) return expandUndefined(context, name)
  const prefix = name.slice(0, colon)
  const rest = name.slice(colon + 1)
  if (rest.startsWith('//') || prefix === '_') return name
  if (findTerm(context, prefix) === undefined) return prefix === 'schema' ? SCHEMA_ORG + rest : name
  const base = expandName(context, prefix, stepsLeft - 1)
  return base === null ? null : base + rest
}

function expandUndefined(context: Context, name: string): string | null {
  if (context.hasSchemaOrg) {
    // The two aliases that schema.org's own context has.
    if (name === 'id' || name === 'type') return `@${name}`
    // Its context defines each of its names, so a later `@vocab` does not change what those mean.
    if (isProperty(name) || isType(name)) return SCHEMA_ORG + name
  }
  return context.vocab === null ? null : context.vocab + name
}

function absolute(name: string | null): string | null {
  return name?.includes(':') === true ? name : null
}
