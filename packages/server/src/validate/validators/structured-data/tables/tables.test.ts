import { describe, expect, it } from 'vitest'
import { isType, mayHave } from '../vocabulary/vocabulary.ts'
import { findRules, TABLED_TYPES } from './index.ts'

describe('the tables', () => {
  it.each(TABLED_TYPES)('%s has only properties that schema.org gives it', (type) => {
    expect(isType(type)).toBe(true)
    const properties = findRules(type)?.rules.flatMap((rule) => rule.properties) ?? []
    expect(properties.length).toBeGreaterThan(0)
    expect(properties.filter((property) => !mayHave(type, property))).toEqual([])
  })

  it.each(TABLED_TYPES)('%s names no rule twice', (type) => {
    const names = findRules(type)?.rules.map((rule) => rule.properties[0]) ?? []
    // An Offer's price and its currency may both stand in its priceSpecification; their rules have names of their own.
    expect(new Set(names).size).toBe(names.length)
  })

  it.each(TABLED_TYPES)('%s has few optional properties, so that sound pages come near 100', (type) => {
    const optional = findRules(type)?.rules.filter(({ importance }) => importance === 'optional') ?? []
    expect(optional.length).toBeLessThanOrEqual(4)
  })

  it('has what readers call critical', () => {
    const required = (type: string) =>
      findRules(type)
        ?.rules.filter(({ importance }) => importance === 'required')
        .map(({ properties }) => properties[0])
    expect(required('Article')).toEqual(['headline', 'image', 'datePublished', 'author'])
    expect(required('Product')).toEqual(['name', 'image', 'offers', 'aggregateRating'])
    expect(required('Offer')).toEqual(['price', 'priceCurrency'])
    expect(required('Event')).toEqual(['name', 'startDate', 'location'])
  })
})

describe('findRules', () => {
  it.each<[string, string | null]>([
    ['NewsArticle', 'Article'],
    ['BlogPosting', 'Article'],
    ['Restaurant', 'LocalBusiness'],
    ['Hospital', 'LocalBusiness'], // also an Organization and a Place, of which a LocalBusiness is a kind
    ['HowToStep', 'HowToStep'], // also an ItemList and a ListItem
    ['City', 'AdministrativeArea'],
    ['CourseInstance', 'CourseInstance'],
    ['VideoGame', 'SoftwareApplication'],
    ['Thing', null],
    ['Nonsense', null],
    ['constructor', null],
  ])('%s is judged as %s', (type, table) => {
    expect(findRules(type)?.type ?? null).toBe(table)
  })
})
