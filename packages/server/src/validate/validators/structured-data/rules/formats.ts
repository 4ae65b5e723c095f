import { isBareReference, type Value } from '../thing.ts'
import { misspeltName } from '../vocabulary/misspelt.ts'
import { nearest } from '../../../../core/nearest.ts'
import { enumerationOf, shortNameOf, type Enumeration } from '../vocabulary/vocabulary.ts'
import { isDate, isDuration, isTime } from './dates.ts'

/** What a value has to look like, where that is certain. */
interface ValueFormat {
  code: string
  /** Ends the sentence: `"…" is not …`. */
  wanted: string
  /** `text` is the value as text, without white space around it. */
  accepts(text: string): boolean
  /** Of a number, if it is not for its text to say: large and small ones are written with an exponent. */
  acceptsNumber?(value: number): boolean
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
const TIME: ValueFormat = {
  code: 'value_not_time',
  wanted: 'a time of day in ISO 8601, such as 14:30 or 14:30:00Z',
  accepts: isTime,
}
const DATE_OR_TIME: ValueFormat = {
  code: 'value_not_date',
  wanted: 'a date or a time of day in ISO 8601, such as 2026-03-22T14:30:00Z or 14:30',
  accepts: (text) => isDate(text) || isTime(text),
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
  acceptsNumber: (value) => Number.isFinite(value) && value >= 0,
}
const COUNT: ValueFormat = {
  code: 'value_not_number',
  wanted: 'a whole number such as 12',
  accepts: (text) => /^\d+$/.test(text),
  acceptsNumber: (value) => Number.isInteger(value) && value >= 0,
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
  ...each(
    DATE,
    'applicationStartDate dateDeleted dateIssued dateRead dissolutionDate lastReviewed orderDate',
  ),
  ...each(DATE, 'paymentDueDate releaseDate scheduledPaymentDate sdDatePublished validUntil'),
  ...each(
    DATE_OR_TIME,
    'arrivalTime availabilityEnds availabilityStarts checkinTime checkoutTime departureTime',
  ),
  ...each(DATE_OR_TIME, 'doorTime dropoffTime endTime pickupTime startTime'),
  ...each(TIME, 'closes opens'),
  ...each(DURATION, 'activityDuration cookTime duration leaseLength performTime prepTime processingTime'),
  ...each(DURATION, 'timeRequired timeToComplete totalTime'),
  ...each(URL_FORMAT, 'acquireLicensePage downloadUrl sameAs url'),
  ...each(FETCHED_URL, 'contentUrl embedUrl image logo thumbnailUrl'),
  ...each(PRICE, 'highPrice lowPrice maxPrice minPrice price'),
  ...each(COUNT, 'answerCount commentCount downvoteCount numberOfItems offerCount ratingCount reviewCount'),
  ...each(COUNT, 'upvoteCount userInteractionCount'),
  ...each(CURRENCY, 'priceCurrency'),
])

export interface ValueFault {
  code: string
  message: () => string
}

/** What is wrong with a value of the property; null when nothing is, or nothing is known. */
export function faultOf(property: string, value: Value): ValueFault | null {
  const text = textOf(value)?.trim()
  if (text === undefined) return null
  const enumeration = enumerationOf(property)
  if (enumeration !== null) return enumerationFault(text, enumeration)
  const format = FORMAT_OF_PROPERTY.get(property)
  if (format === undefined) return null
  const isRight =
    value.kind === 'number' && format.acceptsNumber !== undefined
      ? format.acceptsNumber(value.value)
      : format.accepts(text)
  return isRight ? null : { code: format.code, message: () => `${quote(text)} is not ${format.wanted}.` }
}

/** What schema.org's own enumerations were made after, and its examples still name. */
const GOOD_RELATIONS = /^https?:\/\/purl\.org\/goodrelations\/v1#./

/** Values are named by their address at schema.org, or by their name alone. */
function enumerationFault(text: string, { name, values }: Enumeration): ValueFault | null {
  const value = shortNameOf(text) ?? text.replace(/^schema:/, '')
  if (values.includes(value) || GOOD_RELATIONS.test(text)) return null
  return {
    code: 'value_not_listed',
    message: () => {
      const meant = misspeltName(text)?.name ?? value
      const suggested = nearest(meant.replace(/[\s_-]/g, ''), values)
      const help =
        suggested === null
          ? `It has ${values.slice(0, VALUES_SHOWN).join(', ')}${values.length > VALUES_SHOWN ? ' and others' : ''}.`
          : `Did you mean https://schema.org/${suggested}?`
      return `${quote(text)} is not a value of schema.org's ${name}. ${help}`
    },
  }
}

const VALUES_SHOWN = 5

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
