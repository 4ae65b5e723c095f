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
}

/** Faults of a thing that is judged as `type`. */
export function specialFaults(type: string, thing: Thing): SpecialFault[] {
  const faults = [...literalsForThings(thing)]
  if (isA(type, 'Rating')) faults.push(...wrongRating(type, thing))
  if (isA(type, 'BreadcrumbList')) faults.push(...namelessCrumbs(thing))
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
        message: () => `${quote(shown)} is not ${wanted}.`,
      }
    }
  }
}

/** Without bounds of their own, ratings go from 1 to 5: https://schema.org/bestRating, https://schema.org/worstRating. */
const WORST = 1
const BEST = 5
/** Google also takes a fraction or a percentage. */
const RATING = /^-?\d+(?:\.\d+)?(?: ?%| ?\/ ?\d+)?$/

function* wrongRating(type: string, thing: Thing): Generator<SpecialFault> {
  const property = 'ratingValue'
  const value = thing.properties.get(property)?.[0]
  if (value === undefined || value.kind === 'thing') return
  const text = String(value.value).trim()
  if (!RATING.test(text)) {
    // schema.org allows text, and ratings such as those of energy or for parents are letters; nothing is the mean of letters.
    const severity = isA(type, 'AggregateRating') ? 'error' : 'warning'
    const message = () => `${quote(text)} is not a number such as 4.5.`
    yield { severity, code: 'value_not_number', property, message }
    return
  }
  const rating = Number(text)
  const worst = numberOf(thing, 'worstRating') ?? WORST
  const best = numberOf(thing, 'bestRating') ?? BEST
  // A fraction or percentage has a scale of its own, and is no number here.
  if (Number.isNaN(rating) || (rating >= worst && rating <= best)) return
  yield {
    severity: 'error',
    code: 'value_out_of_range',
    property,
    message: () =>
      `${rating} is not between ${worst} and ${best}. A scale other than 1 to 5 needs worstRating and bestRating.`,
  }
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
  const text = String(value.value).trim()
  return /^-?\d+(?:\.\d+)?$/.test(text) ? Number(text) : null
}
