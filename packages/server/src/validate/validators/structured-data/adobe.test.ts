import { describe, expect, it } from 'vitest'
import { compare, type Node } from '../../../../test/corpora/adobe.ts'

// Small cases of ours, judged by us and by a validator that others wrote out of the same published rules. Where the two
// differ on purpose the difference stands here; the reasons are in docs/decisions/0022-structured-data.md.

const OFFER = { '@type': 'Offer', price: 39.9, priceCurrency: 'EUR' }
const RATING = { '@type': 'AggregateRating', ratingValue: 4.6, ratingCount: 31 }
const ADDRESS = { '@type': 'PostalAddress', addressCountry: 'IT' }

const PRODUCT: Node = {
  '@type': 'Product',
  name: 'Lamp',
  image: '/l.jpg',
  offers: OFFER,
  aggregateRating: RATING,
}
const RECIPE: Node = { '@type': 'Recipe', name: 'Soup', image: '/s.jpg' }
const JOB: Node = {
  '@type': 'JobPosting',
  title: 'Cook',
  description: 'Cooks soup.',
  datePosted: '2026-03-22',
  hiringOrganization: { '@type': 'Organization', name: 'Soup & Sons' },
  jobLocation: { '@type': 'Place', name: 'Kitchen', address: ADDRESS },
}

function without(node: Node, ...names: string[]): Node {
  return Object.fromEntries(Object.entries(node).filter(([name]) => !names.includes(name)))
}

describe('both find the same errors', () => {
  it.each<[string, Node, string[]]>([
    ['a product', PRODUCT, []],
    ['a product without a name', without(PRODUCT, 'name'), ['Product.name']],
    ['a product without an image', without(PRODUCT, 'image'), ['Product.image']],
    ['a product without an offer', without(PRODUCT, 'offers'), ['Product.offers']],
    [
      'an offer without a price',
      { ...PRODUCT, offers: without(OFFER, 'price') },
      ['Offer.price|priceSpecification'],
    ],
    [
      'a price with a comma',
      { ...PRODUCT, offers: { '@type': 'AggregateOffer', lowPrice: '1,99', priceCurrency: 'EUR' } },
      ['AggregateOffer.lowPrice'],
    ],
    [
      'a currency that is none',
      { ...PRODUCT, offers: { '@type': 'AggregateOffer', lowPrice: 1, priceCurrency: '€' } },
      ['AggregateOffer.priceCurrency'],
    ],
    [
      'a rating without a count',
      { ...PRODUCT, aggregateRating: without(RATING, 'ratingCount') },
      ['AggregateRating.ratingCount|reviewCount'],
    ],
    [
      'a rating without a value',
      { ...PRODUCT, aggregateRating: without(RATING, 'ratingValue') },
      ['AggregateRating.ratingValue'],
    ],
    [
      'a rating out of range',
      { ...PRODUCT, aggregateRating: { ...RATING, ratingValue: 6 } },
      ['AggregateRating.ratingValue'],
    ],
    [
      'a review without author and rating',
      { ...PRODUCT, review: { '@type': 'Review' } },
      ['Review.author', 'Review.reviewRating'],
    ],
    ['a recipe', RECIPE, []],
    ['a recipe without a name', without(RECIPE, 'name'), ['Recipe.name']],
    ['a recipe without an image', without(RECIPE, 'image'), ['Recipe.image']],
    ['a job', JOB, []],
    ...['title', 'description', 'datePosted', 'hiringOrganization'].map((name): [string, Node, string[]] => [
      `a job without ${name}`,
      without(JOB, name),
      [`JobPosting.${name}`],
    ]),
    ['a job with a date that is none', { ...JOB, datePosted: 'soon' }, ['JobPosting.datePosted']],
  ])('in %s', async (_, node, errors) => {
    expect(await compare(node)).toEqual({ ours: errors, theirs: errors })
  })
})

describe('they differ', () => {
  it.each<[string, Node, string[], string[]]>([
    [
      'a product needs a rating or review',
      without(PRODUCT, 'aggregateRating'),
      ['Product.aggregateRating|review'],
      [],
    ],
    [
      'an offer needs a currency',
      { ...PRODUCT, offers: without(OFFER, 'priceCurrency') },
      ['Offer.priceCurrency|priceSpecification'],
      [],
    ],
    [
      'a price is a number',
      { ...PRODUCT, offers: { ...OFFER, price: '39,90' } },
      ['Offer.price'],
      ['Offer.price|priceSpecification'],
    ],
    [
      'a job is somewhere',
      without(JOB, 'jobLocation'),
      ['JobPosting.applicantLocationRequirements|jobLocation'],
      ['JobPosting.jobLocation'],
    ],
    [
      'a place has a country',
      { ...JOB, jobLocation: { '@type': 'Place', address: without(ADDRESS, 'addressCountry') } },
      [],
      ['JobPosting.jobLocation'],
    ],
    [
      'a rating that is text has a range',
      { ...PRODUCT, aggregateRating: { ...RATING, ratingValue: '6' } },
      ['AggregateRating.ratingValue'],
      [],
    ],
  ])('on whether %s', async (_, node, ours, theirs) => {
    expect(await compare(node)).toEqual({ ours, theirs })
  })
})
