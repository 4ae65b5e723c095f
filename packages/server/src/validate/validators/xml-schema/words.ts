import { truncate } from '../../truncate.ts'
import type { Declared, DeclaredType } from './declared.ts'
import { localOf } from './places.ts'

/** What the words of a finding are made of. */
export interface Context {
  /** The element, without its prefix. */
  element: string
  /** The attribute in question, if there is one. */
  attribute: string | null
  /** The value of the attribute, or of the element that holds nothing else; null when it is not known. */
  value: string | null
  type: DeclaredType | null
  isRoot: boolean
  /** What the schema has in the place of an element that it does not know. */
  model: string | null
  declared: Declared
  /** The value of an attribute of the element, by its name without a prefix. */
  attributeOf: (name: string) => string | undefined
}

export interface Said {
  code: string
  message: string
}

type Say = (groups: readonly string[], context: Context) => string

/** The characters of a value or a content model that a message shows. */
const SHOWN_CHARACTERS_MAX = 100

export function quote(text: string): string {
  return JSON.stringify(truncate(text, SHOWN_CHARACTERS_MAX))
}

const subject: (context: Context) => string = ({ attribute, element }) => quote(attribute ?? element)
const itIs = (value: string | null) => (value === null ? '' : `; it is ${quote(value)}`)
const must =
  (wanted: (groups: readonly string[]) => string): Say =>
  (groups, context) =>
    `${subject(context)} must ${wanted(groups)}${itIs(context.value ?? groups[0] ?? null)}.`

/** `(item+,z?)` is how the parser writes what an element holds. */
const holds = (model: string) =>
  `by the schema it holds ${truncate(model.replace(/^All\(/, 'in any order ('), SHOWN_CHARACTERS_MAX * 3)}`

/** What each message of the parser means: the code of the finding, and its words. The first that fits counts. */
const WORDS: readonly (readonly [RegExp, string | Say, Say])[] = [
  [
    /^no declaration found for element '.*'$/s,
    (_, { isRoot }) => (isRoot ? 'unknown_root' : 'unexpected_element'),
    sayUnknown,
  ],
  [/^element '(.*)' is not allowed for content model '(.*)'$/s, codeOfMisplaced, sayMisplaced],
  [
    /^(?:empty content is not valid for|missing elements in) content model '(.*)'$/s,
    'missing_element',
    ([model = ''], { element }) => `${quote(element)} lacks what has to be in it; ${holds(model)}.`,
  ],
  [
    /^no character data is allowed by content model$/,
    'unexpected_content',
    (_, { element }) => `${quote(element)} must hold no text of its own, only elements or nothing.`,
  ],
  [
    /^element '.*' is of simple type and cannot have elements/s,
    'unexpected_content',
    (_, { element }) => `${quote(element)} must hold a value and no elements.`,
  ],
  [
    /^element '.*' is nil and must be empty$/s,
    'unexpected_content',
    (_, { element }) => `${quote(element)} must be empty, since its xsi:nil is true.`,
  ],
  [
    /^missing required attribute '(.*)'$/s,
    'missing_attribute',
    ([name = ''], { element }) => `${quote(element)} must have the attribute ${quote(localOf(name))}.`,
  ],
  [
    /^attribute '(.*)' is not declared for element '.*'$/s,
    'unexpected_attribute',
    ([name = ''], { element }) =>
      `The schema knows no attribute ${quote(localOf(name))} of ${quote(element)}.`,
  ],
  [
    /^prohibited attribute '(.*)' is present$/s,
    'unexpected_attribute',
    ([name = ''], { element }) => `${quote(element)} must not have the attribute ${quote(localOf(name))}.`,
  ],
  [
    /^(element|attribute) '(.*)' must be (un)?qualified$/s,
    'unexpected_element',
    ([kind = '', name = '', un]) =>
      `The ${kind} ${quote(localOf(name))} must be in ${un === undefined ? "the schema's namespace" : 'no namespace'}.`,
  ],
  [
    /^attribute '.*' has value '(.*)' that does not match its #FIXED value '(.*)'$/s,
    'schema_invalid',
    sayFixed,
  ],
  [/^content of element '.*' differs from its declared fixed value$/s, 'schema_invalid', sayFixed],
  [/^value '(.*)' not in enumeration$/s, codeOfEnumeration, sayEnumeration],
  [/^value '(.*)' does not match regular expression facet '(.*)'$/s, 'pattern', sayPattern],
  [
    /^value '(.*)' has length '(\d+)' which exceeds maxLength facet value '(\d+)'$/s,
    'max_length',
    must(([, length = '', most = '']) => `have at most ${most} in length and has ${length}`),
  ],
  [
    /^value '(.*)' has length '(\d+)' which is less than minLength facet value '(\d+)'$/s,
    'min_length',
    must(([, length = '', least = '']) => `have at least ${least} in length and has ${length}`),
  ],
  [
    /^value '(.*)' has length '(\d+)' which is not equal to length facet value '(\d+)'$/s,
    'length',
    must(([, length = '', wanted = '']) => `have ${wanted} in length and has ${length}`),
  ],
  [
    /^value '(.*)' has '(\d+)' total digits which exceeds totalDigits facet value '(\d+)'$/s,
    'total_digits',
    must(([, digits = '', most = '']) => `have at most ${most} digits and has ${digits}`),
  ],
  [
    /^value '(.*)' has '(\d+)' fraction digits which exceeds fractionDigits facet value '(\d+)'$/s,
    'fraction_digits',
    must(([, digits = '', most = '']) => `have at most ${most} digits behind the point and has ${digits}`),
  ],
  [
    /^value '(.*)' must be less than or equal to maxInclusive facet value '(.*)'$/s,
    'max_inclusive',
    bound('at most'),
  ],
  [/^value '(.*)' must be less than maxExclusive facet value '(.*)'$/s, 'max_exclusive', bound('less than')],
  [
    /^value '(.*)' must be greater than or equal to minInclusive facet value '(.*)'$/s,
    'min_inclusive',
    bound('at least'),
  ],
  [
    // As the parser writes it.
    /^value '(.*)' must be greater than (?:or equal to )?minExclusive facet value '(.*)'$/s,
    'min_exclusive',
    bound('more than'),
  ],
  [
    /^value '(.*)' does not match any member types of the union$/s,
    'invalid_value',
    must(() => 'be of one of the types that the schema allows for it'),
  ],
  [
    /^ID value '(.*)' (?:is not unique|has already been used)$/s,
    'duplicate_key',
    ([id = '']) => `The ID ${quote(id)} stands twice in the document; it must stand once.`,
  ],
  [
    /^ID attribute '(.*)' is referenced but was never declared$/s,
    'unknown_key',
    ([id = '']) => `${quote(id)} refers to an ID that is nowhere in the document.`,
  ],
  [
    /^element '(.*)' declares duplicate identity constraint (unique|key) values$/s,
    'duplicate_key',
    sayDuplicate,
  ],
  [/^identity constraint key for element '(.*)' not found$/s, 'unknown_key', sayDangling],
  [
    /^element '(.*)' (?:has identity constraint key with no value|does not have enough values for identity constraint key)/s,
    'missing_key',
    (_, { element }) => `${quote(element)} lacks a value that the schema asks of it as its key.`,
  ],
  [
    /^'xsi:nil' specified for non-nillable element/,
    'schema_invalid',
    (_, { element }) => `${quote(element)} must not have xsi:nil: the schema does not allow it to be nil.`,
  ],
  [
    /^type '(.*)' specified in 'xsi:type' cannot be resolved$/s,
    'schema_invalid',
    ([type = '']) => `The schema has no type ${quote(type)}, which xsi:type names.`,
  ],
  [
    /^type '(.*)' specified in 'xsi:type' does not derive from type of element/s,
    'schema_invalid',
    ([type = ''], { element }) =>
      `xsi:type must name a type that is derived from that of ${quote(element)}; ${quote(type)} is not.`,
  ],
]

/** Of a value that is none of its type: the parser has some thirty messages for them. */
const OF_VALUE =
  /^(?:value '(.*)' is invalid .*|NOTATION '(.*)' must be valid QName|empty string encountered|string contains only whitespaces|more than one decimal point encountered|invalid character encountered|unable to construct URI .*|.*'.*' is not conformant to .*|(?:invalid|incomplete|missing|illegal|expected|unexpected|duration|month|year|day|hours|minutes|seconds|time|undefined).*\bvalue '(.*)'.*|time zone expected in '(.*)'|undefined prefix in QName value '(.*)'|month component missing .*)$/s

/** What a message of the parser means, or itself with code `schema_invalid`. */
export function sayFault(message: string, context: Context): Said {
  if (isBuiltinFacet(message, context)) return sayValue(message, context)
  for (const [pattern, code, say] of WORDS) {
    const [, ...groups] = pattern.exec(message) ?? []
    if (pattern.test(message))
      return { code: typeof code === 'string' ? code : code(groups, context), message: say(groups, context) }
  }
  if (OF_VALUE.test(message)) return sayValue(message, context)
  return { code: 'schema_invalid', message: `${message.charAt(0).toUpperCase()}${message.slice(1)}.` }
}

/** Types of XML Schema itself are made with facets too, such as that a byte is at most 127. */
function isBuiltinFacet(message: string, { type }: Context): boolean {
  if (/regular expression facet '(?:\[\+\\-\]\?\[0-9\]\+|\\c\+|\(\[a-zA-Z\]\{1,8\}\).*)'$/s.test(message)) {
    return type === null || !type.isRestricted || /'\[\+/.test(message)
  }
  return type !== null && !type.isRestricted && / facet /.test(message)
}

function sayValue(message: string, context: Context): Said {
  const [, ...groups] = OF_VALUE.exec(message) ?? []
  const value = context.value ?? groups.find(Boolean) ?? null
  const builtin = context.type?.builtin ?? (/'\[\+/.test(message) ? 'integer' : '')
  const wanted = KINDS[builtin] ?? (builtin === '' ? 'a value of its type' : 'a value')
  const type = builtin === '' || context.type === null ? '' : ` (xs:${builtin})`
  return { code: 'invalid_value', message: `${subject(context)} must be ${wanted}${type}${itIs(value)}.` }
}

const WHOLE = 'a whole number'
const KINDS: Readonly<Record<string, string>> = {
  decimal: 'a number such as 12.50',
  float: 'a number such as 1.5 or 15E-1',
  double: 'a number such as 1.5 or 15E-1',
  integer: WHOLE,
  long: WHOLE,
  int: 'a whole number from -2147483648 to 2147483647',
  short: 'a whole number from -32768 to 32767',
  byte: 'a whole number from -128 to 127',
  nonNegativeInteger: 'a whole number of 0 or more',
  positiveInteger: 'a whole number of 1 or more',
  nonPositiveInteger: 'a whole number of 0 or less',
  negativeInteger: 'a whole number of -1 or less',
  unsignedLong: 'a whole number of 0 or more',
  unsignedInt: 'a whole number from 0 to 4294967295',
  unsignedShort: 'a whole number from 0 to 65535',
  unsignedByte: 'a whole number from 0 to 255',
  boolean: 'true, false, 1 or 0',
  date: 'a date such as 2026-11-30',
  dateTime: 'a date and time such as 2026-11-30T12:00:00Z',
  time: 'a time such as 12:00:00',
  duration: 'a duration such as P1DT2H',
  gYear: 'a year such as 2026',
  gYearMonth: 'a month of a year such as 2026-11',
  gMonth: 'a month such as --11',
  gMonthDay: 'a day of a year such as --11-30',
  gDay: 'a day of a month such as ---30',
  anyURI: 'an address',
  QName: 'a name whose prefix, if it has one, is declared',
  NCName: 'a name without a colon',
  Name: 'a name',
  NMTOKEN: 'a name token',
  ID: 'a name without a colon',
  IDREF: 'a name without a colon',
  language: 'a language tag such as en or de-CH',
  hexBinary: 'bytes in hexadecimal digits',
  base64Binary: 'bytes in base64',
}

/** When nothing of what stands there is wrong, the parser names the element itself. */
function codeOfMisplaced([name = '']: readonly string[], { element }: Context): string {
  return localOf(name) === element ? 'missing_element' : 'unexpected_element'
}

/** What is fixed is written to the parser as the only value there is. */
function codeOfEnumeration(_: readonly string[], { type }: Context): string {
  return type?.fixed === null || type === null ? 'enumeration' : 'schema_invalid'
}

const ROOTS_SHOWN = 5

function sayUnknown(_: readonly string[], { element, isRoot, declared, model }: Context): string {
  if (!isRoot) {
    const wanted = model === null ? '' : `; ${holds(model).replace('it holds', 'there may be')}`
    return `The schema does not know ${quote(element)} here${wanted}.`
  }
  const { roots, targetNamespace } = declared
  const shown = roots.slice(0, ROOTS_SHOWN).map(quote).join(', ')
  const wanted = roots.length > ROOTS_SHOWN ? `${shown}, …` : shown
  const namespace = targetNamespace === '' ? 'no namespace' : `the namespace ${quote(targetNamespace)}`
  if (roots.length === 0) return 'The schema declares no element that a document can begin with.'
  const instead = roots.includes(element) ? ' of another' : ''
  return `The document must begin with ${wanted} of ${namespace}; it begins with ${quote(element)}${instead}.`
}

function sayMisplaced(groups: readonly string[], context: Context): string {
  const [name = '', model = ''] = groups
  if (codeOfMisplaced(groups, context) === 'missing_element') {
    return `${quote(context.element)} ends before all is there that has to be in it; ${holds(model)}.`
  }
  return `${quote(localOf(name))} must not stand here in ${quote(context.element)}; ${holds(model)}.`
}

function sayFixed([, wanted]: readonly string[], context: Context): string {
  const fixed = wanted === undefined ? 'the value that the schema fixes for it' : quote(wanted)
  return `${subject(context)} must be ${fixed}${itIs(context.value)}.`
}

const VALUES_SHOWN = 10

function sayEnumeration([value = '']: readonly string[], context: Context): string {
  const fixed = context.type?.fixed ?? null
  if (fixed !== null) return sayFixed([value, fixed], context)
  const values = context.type?.values ?? []
  const shown = values.slice(0, VALUES_SHOWN).map(quote).join(', ')
  const wanted =
    shown === '' ? 'the values that the schema lists' : values.length > VALUES_SHOWN ? `${shown}, …` : shown
  return `${subject(context)} must be one of ${wanted}; it is ${quote(value)}.`
}

function sayPattern([value = '', pattern = '']: readonly string[], context: Context): string {
  return `${subject(context)} must match the pattern ${quote(pattern)}; it is ${quote(value)}.`
}

function bound(words: string): Say {
  return must(([, limit = '']) => `be ${words} ${truncate(limit, SHOWN_CHARACTERS_MAX)}`)
}

function sayDuplicate(
  [scope = '', kind = '']: readonly string[],
  { declared, attributeOf }: Context,
): string {
  const key = declared.keyOf([kind], localOf(scope))
  const name = key === null ? '' : ` by ${quote(key.name)}`
  const field = /^@([^/]+)$/.exec(key?.fields.length === 1 ? (key.fields[0] ?? '') : '')?.[1]
  const value = field === undefined ? undefined : attributeOf(field)
  const what = value === undefined ? 'What must be' : `${quote(value)} must be`
  return `${what} unique within ${quote(localOf(scope))}${name}; it stands there more than once.`
}

function sayDangling([scope = '']: readonly string[], { declared }: Context): string {
  const key = declared.keyOf(['keyref'], localOf(scope))
  const name = key === null ? '' : ` ${quote(key.name)}`
  return `A reference${name} within ${quote(localOf(scope))} leads to nothing: no key of that value is there.`
}
