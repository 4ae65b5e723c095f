import { isBareReference, type Value } from '../thing.ts'
import { isDate, isDuration } from './dates.ts'

/** What a value has to look like, where that is certain. */
interface ValueFormat {
  code: string
  /** Ends the sentence: `"…" is not …`. */
  wanted: string
  /** `text` is the value as text, without white space around it. */
  accepts(text: string): boolean
}

const DATE: ValueFormat = {
  code: 'value_not_date',
  wanted: 'a date in ISO 8601, such as 2026-03-22 or 2026-03-22T14:30:00Z',
  accepts: isDate,
}
const DURATION: ValueFormat = {
  code: 'value_not_duration',
  wanted: 'a duration in ISO 8601, such as PT1H30M',
  accepts: isDuration,
}
const URL_FORMAT: ValueFormat = {
  code: 'value_not_url',
  wanted: 'a URL',
  accepts: (text) => !/\s/.test(text) && URL.canParse(text, 'https://document.invalid/'),
}
/** Of what is shown: search engines do not take `data:`, which is what pages put there until a script loads the rest. */
const FETCHED_URL: ValueFormat = {
  code: 'value_not_url',
  wanted: 'a URL with http or https',
  accepts: (text) =>
    !/\s/.test(text) && /^https?:$/.test(URL.parse(text, 'https://document.invalid/')?.protocol ?? ''),
}
const PRICE: ValueFormat = {
  code: 'value_not_number',
  wanted: 'a number such as 1299.95, without currency sign and thousands separators',
  accepts: (text) => /^\d+(?:\.\d+)?$/.test(text),
}
const COUNT: ValueFormat = {
  code: 'value_not_number',
  wanted: 'a whole number such as 12',
  accepts: (text) => /^\d+$/.test(text),
}
const CURRENCY: ValueFormat = {
  code: 'value_not_currency',
  wanted: 'a currency in ISO 4217, three capital letters such as EUR',
  accepts: (text) => /^[A-Z]{3}$/.test(text),
}
/** Whatever type has such a property, its values look like that; a thing as a value is judged by itself. */
const FORMAT_OF_PROPERTY: ReadonlyMap<string, ValueFormat> = new Map([
  ...each(
    DATE,
    'dateCreated dateModified datePosted datePublished endDate expires foundingDate birthDate deathDate',
  ),
  ...each(DATE, 'previousStartDate priceValidUntil startDate uploadDate validFrom validThrough'),
  ...each(DURATION, 'cookTime performTime prepTime totalTime'),
  ...each(URL_FORMAT, 'acquireLicensePage downloadUrl sameAs url'),
  ...each(FETCHED_URL, 'contentUrl embedUrl image logo thumbnailUrl'),
  ...each(PRICE, 'highPrice lowPrice price'),
  ...each(COUNT, 'offerCount ratingCount reviewCount'),
  ...each(CURRENCY, 'priceCurrency'),
])

export interface ValueFault {
  code: string
  message: () => string
}

/** What is wrong with a value of the property; null when nothing is, or nothing is known. */
export function faultOf(property: string, value: Value): ValueFault | null {
  const format = FORMAT_OF_PROPERTY.get(property)
  const text = textOf(value)?.trim()
  if (format === undefined || text === undefined || format.accepts(text)) return null
  return { code: format.code, message: () => `${quote(text)} is not ${format.wanted}.` }
}

/** A literal as text; of what is only named, such as what a link leads to, its name. */
function textOf(value: Value): string | undefined {
  if (value.kind !== 'thing') return String(value.value)
  return isBareReference(value.thing) ? (value.thing.id ?? undefined) : undefined
}

const CHARACTERS_SHOWN = 100

/** Text of a document in a message, on one line. */
export function quote(text: string): string {
  const oneLine = text
    .slice(0, CHARACTERS_SHOWN * 2)
    .trim()
    .replace(/\s+/g, ' ')
  return oneLine.length > CHARACTERS_SHOWN || text.length > CHARACTERS_SHOWN * 2
    ? `"${oneLine.slice(0, CHARACTERS_SHOWN)}…"`
    : `"${oneLine}"`
}

function each(format: ValueFormat, names: string): [string, ValueFormat][] {
  return names.split(' ').map((name) => [name, format])
}
