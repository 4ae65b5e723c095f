import type { Severity } from '../../../../core/run.ts'
import type { Thing, Value } from '../thing.ts'
import { isA } from '../vocabulary/vocabulary.ts'
import { quote } from './formats.ts'

/** What the tables cannot say. */
export interface SpecialFault {
  severity: Severity
  code: string
  property: string
  message: () => string
  /** Of what is wrong, when that is known better than by the thing. */
  offset?: number
  /** Another thing that it is the fault of, with the type that it is judged as. */
  of?: { thing: Thing; type: string }
}

/** Faults of a thing that is judged as `type`. */
export function specialFaults(type: string, thing: Thing): SpecialFault[] {
  const faults = [...literalsForThings(thing)]
  if (isA(type, 'Rating')) faults.push(...wrongRating(type, thing))
  if (isA(type, 'AggregateRating')) faults.push(...countOfNothing(thing))
  if (isA(type, 'AggregateOffer')) faults.push(...offersOfNothing(thing))
  if (isA(type, 'BreadcrumbList')) faults.push(...namelessCrumbs(thing), ...crumbsWithoutItem(thing))
  if (isA(type, 'FAQPage')) faults.push(...tooFewQuestions(thing))
  return faults
}

/** Properties whose values are things, with what makes one of use; a literal says nothing to those who read it. */
const THINGS_WANTED = [
  ['offers', 'an Offer with price and priceCurrency'],
  ['aggregateRating', 'an AggregateRating with ratingValue and ratingCount'],
  ['reviewRating', 'a Rating with ratingValue'],
  ['acceptedAnswer', 'an Answer with text'],
  ['suggestedAnswer', 'an Answer with text'],
] as const

function* literalsForThings(thing: Thing): Generator<SpecialFault> {
  for (const [property, wanted] of THINGS_WANTED) {
    for (const value of thing.properties.get(property) ?? []) {
      if (value.kind === 'thing') continue
      const shown = String(value.value)
      yield {
        severity: 'error',
        code: 'value_not_thing',
        property,
        offset: value.offset,
        message: () => `${quote(shown)} is not ${wanted}.`,
      }
    }
  }
}

/** Without bounds of their own, ratings go from 1 to 5: https://schema.org/bestRating, https://schema.org/worstRating. */
const WORST = 1
const BEST = 5
/** Google also takes a fraction or a percentage, which have a scale of their own. */
const RATING = /^(?<rating>-?\d+(?:\.\d+)?)(?: ?(?<percent>%)| ?\/ ?(?<of>\d+(?:\.\d+)?))?$/
const PERCENT_BEST = 100

function* wrongRating(type: string, thing: Thing): Generator<SpecialFault> {
  const property = 'ratingValue'
  const value = thing.properties.get(property)?.[0]
  if (value === undefined || value.kind === 'thing') return
  const { offset } = value
  const text = String(value.value).trim()
  const groups = value.kind === 'number' ? { rating: text } : RATING.exec(text)?.groups
  if (groups === undefined || Number(groups['of']) === 0) {
    // schema.org allows text, and ratings such as those of energy or for parents are letters; nothing is the mean of letters.
    const severity = isA(type, 'AggregateRating') ? 'error' : 'warning'
    const message = () => `${quote(text)} is not a number such as 4.5.`
    yield { severity, code: 'value_not_number', property, offset, message }
    return
  }
  for (const bound of ['worstRating', 'bestRating']) {
    const given = thing.properties.get(bound)?.[0]
    if (given === undefined || given.kind === 'thing' || numberOf(thing, bound) !== null) continue
    const shown = String(given.value)
    const message = () => `${quote(shown)} is not a number such as 5.`
    yield { severity: 'warning', code: 'value_not_number', property: bound, offset: given.offset, message }
  }
  const ownBest = groups['percent'] === undefined ? groups['of'] : PERCENT_BEST
  const rating = Number(groups['rating'])
  const worst = ownBest === undefined ? (numberOf(thing, 'worstRating') ?? WORST) : 0
  const best = Number(ownBest ?? numberOf(thing, 'bestRating') ?? BEST)
  if (rating >= worst && rating <= best) return
  const help = ownBest === undefined ? ' A scale other than 1 to 5 needs worstRating and bestRating.' : ''
  yield {
    severity: 'error',
    code: 'value_out_of_range',
    property,
    offset,
    message: () => `${text} is not between ${worst} and ${best}.${help}`,
  }
}

/** A mean of nothing: search engines want at least one rating or review. */
function* countOfNothing(thing: Thing): Generator<SpecialFault> {
  const counts = ['ratingCount', 'reviewCount'].filter((property) => thing.properties.has(property))
  const [property] = counts
  if (property === undefined || counts.some((each) => numberOf(thing, each) !== 0)) return
  const offset = thing.properties.get(property)?.[0]?.offset
  const message = () =>
    'There are 0 ratings or reviews. At least 1 is expected: leave the rating out until there is one.'
  yield {
    severity: 'error',
    code: 'value_out_of_range',
    property,
    message,
    ...(offset === undefined ? {} : { offset }),
  }
}

function* offersOfNothing(thing: Thing): Generator<SpecialFault> {
  const property = 'offerCount'
  const value = thing.properties.get(property)?.[0]
  if (value === undefined || numberOf(thing, property) !== 0) return
  const message = () => 'There are 0 offers. At least 1 is expected: leave the count out if it is not known.'
  yield { severity: 'warning', code: 'value_out_of_range', property, offset: value.offset, message }
}

const QUESTIONS_MIN = 2

function* tooFewQuestions(thing: Thing): Generator<SpecialFault> {
  const values = thing.properties.get('mainEntity')
  if (values === undefined) return
  const answered = values.filter(isAnsweredQuestion).length
  if (answered >= QUESTIONS_MIN) return
  yield {
    severity: 'error',
    code: 'too_few_questions',
    property: 'mainEntity',
    message: () =>
      `An FAQPage needs at least ${QUESTIONS_MIN} values of type Question that have an acceptedAnswer; this one has ${answered}.`,
  }
}

function isAnsweredQuestion(value: Value): boolean {
  if (value.kind !== 'thing') return false
  const { types, properties } = value.thing
  return types.some((type) => isA(type, 'Question')) && properties.has('acceptedAnswer')
}

/** A step of a trail is shown by its name, which may be that of the page it leads to. */
function* namelessCrumbs(thing: Thing): Generator<SpecialFault> {
  const values = thing.properties.get('itemListElement') ?? []
  const nameless = values.filter((value) => !hasName(value)).length
  if (nameless === 0) return
  yield {
    severity: 'error',
    code: 'item_without_name',
    property: 'itemListElement',
    message: () =>
      `${nameless} of ${values.length} items have no name. Each has to be a ListItem with a name, or with an item that has one.`,
  }
}

/** Each step of a trail leads to a page, the last one apart, which may be the page itself. */
function* crumbsWithoutItem(thing: Thing): Generator<SpecialFault> {
  const crumbs = (thing.properties.get('itemListElement') ?? [])
    .flatMap((value) => (value.kind === 'thing' && isCrumb(value.thing) ? [value.thing] : []))
    .map((crumb, index) => ({ crumb, position: numberOf(crumb, 'position') ?? index + 1 }))
  const last = crumbs.reduce((highest, { position }) => Math.max(highest, position), 0)
  for (const { crumb, position } of crumbs) {
    if (position >= last || crumb.properties.has('item')) continue
    yield {
      severity: 'error',
      code: 'required',
      property: 'item',
      of: { thing: crumb, type: 'ListItem' },
      message: () =>
        `Property is required: the item at position ${position} is not the last, so it has to say where it leads.`,
    }
  }
}

function isCrumb({ types }: Thing): boolean {
  return types.some((type) => isA(type, 'ListItem'))
}

function hasName(value: Value): boolean {
  if (value.kind !== 'thing') return false
  const { properties } = value.thing
  const isNamed = (item: Value) => item.kind === 'thing' && item.thing.properties.has('name')
  return properties.has('name') || (properties.get('item')?.some(isNamed) ?? false)
}

/** The first value as a number; null when it is none. */
function numberOf(thing: Thing, property: string): number | null {
  const value = thing.properties.get(property)?.[0]
  if (value === undefined || value.kind === 'thing' || value.kind === 'boolean') return null
  if (value.kind === 'number') return value.value
  const text = value.value.trim()
  return /^-?\d+(?:\.\d+)?$/.test(text) ? Number(text) : null
}
