import { describe, expect, it } from 'vitest'
import { judgeNode } from '../../../../../test/support/structured-data.ts'
import { isDate, isDuration } from './dates.ts'
import { quote } from './formats.ts'

describe('isDate', () => {
  it.each([
    '2026',
    '2026-03',
    '2026-03-22',
    '20260322',
    '2024-02-29',
    '2026-03-22T14:30',
    '2026-03-22T14:30:00Z',
    '2026-03-22T14:30:00.123+01:00',
    '2026-03-22T14:30:00-0500',
    '20260322T143000Z',
    '2026-W12-7',
    '2026-081',
    '2026-03-22T24:00',
  ])('takes %s', (text) => {
    expect(isDate(text)).toBe(true)
  })

  it.each([
    '',
    '22.03.2026',
    '03/22/2026',
    '2026-3-22',
    '2026-13-01',
    '2026-02-29',
    '2026-04-31',
    '2026-00-10',
    '2026-03-22 14:30',
    '2026-03-22T25:00',
    '2026-03-22T14:60',
    '2026-03-22T',
    '2026-W54',
    '2026-367',
    'March 22, 2026',
    `2026-03-22T14:30:00.${'0'.repeat(100)}Z`,
  ])('refuses %j', (text) => {
    expect(isDate(text)).toBe(false)
  })
})

describe('isDuration', () => {
  it.each(['PT1H30M', 'P1D', 'P1Y2M3DT4H5M6S', 'P2W', 'PT0S', 'PT1.5H', 'P0D'])('takes %s', (text) => {
    expect(isDuration(text)).toBe(true)
  })

  it.each(['', 'P', 'PT', 'P1DT', '1H', '30 minutes', 'PT30', 'P1H', 'pt30m'])('refuses %j', (text) => {
    expect(isDuration(text)).toBe(false)
  })
})

/** Code and severity of what is wrong with the values of a node, apart from what is missing. */
function faultsOf(node: object): string[] {
  return judgeNode(node)
    .findings.filter(({ code }) => /^(?:value|too|item)_/.test(code))
    .map(({ code, severity, property }) => `${severity} ${code} ${property ?? ''}`)
}

describe('values', () => {
  it.each<[object, string[]]>([
    [{ '@type': 'Article', datePublished: '22.3.2026' }, ['error value_not_date datePublished']],
    [{ '@type': 'Article', dateModified: 'today' }, ['warning value_not_date dateModified']],
    [
      { '@type': 'Article', datePublished: ['2026-01-01', 'x', { '@type': 'Thing' }] },
      ['error value_not_date datePublished'],
    ],
    [{ '@type': 'Recipe', totalTime: '30 min' }, ['warning value_not_duration totalTime']],
    [{ '@type': 'Article', image: 'a picture' }, ['error value_not_url image']],
    [{ '@type': 'Article', image: 'javascript:0' }, ['error value_not_url image']],
    [{ '@type': 'Article', image: '/a.jpg', url: 'mailto:a@b.c', thumbnailUrl: 'a.jpg' }, []],
    [{ '@type': 'Organization', url: 'my site' }, ['warning value_not_url url']],
    [{ '@type': 'Offer', price: '19,99' }, ['error value_not_number price']],
    [{ '@type': 'Offer', price: '$19' }, ['error value_not_number price']],
    [{ '@type': 'Offer', price: ' 19.99 ', priceCurrency: 'EUR' }, []],
    [{ '@type': 'Offer', price: 0, priceCurrency: '€' }, ['error value_not_currency priceCurrency']],
    [
      { '@type': 'Offer', price: true, priceCurrency: 'eur' },
      ['error value_not_number price', 'error value_not_currency priceCurrency'],
    ],
    [{ '@type': 'AggregateRating', ratingCount: '1,000' }, ['error value_not_number ratingCount']],
    [{ '@type': 'Product', offers: '$5' }, ['error value_not_thing offers']],
    [{ '@type': 'Product', offers: [{ '@type': 'Offer' }, { '@id': '#o' }] }, []],
  ])('%j: %j', (node, faults) => {
    expect(faultsOf(node)).toEqual(faults)
  })

  it('are shown as they are, on one line and not at length', () => {
    expect(quote(' a\n b ')).toBe('"a b"')
    expect(quote('x'.repeat(300))).toBe(`"${'x'.repeat(100)}…"`)
    expect(judgeNode({ '@type': 'Offer', price: '19,99' }).findings.at(-1)?.message).toBe(
      '"19,99" is not a number such as 1299.95, without currency sign and thousands separators.',
    )
  })
})

describe('a rating', () => {
  const OUT_OF_RANGE = ['error value_out_of_range ratingValue']

  it.each<[object, string[]]>([
    [{ ratingValue: 5 }, []],
    [{ ratingValue: '4.4' }, []],
    [{ ratingValue: '60%' }, []],
    [{ ratingValue: '6 / 10' }, []],
    [{ ratingValue: 5.1 }, OUT_OF_RANGE],
    [{ ratingValue: 0 }, OUT_OF_RANGE],
    [{ ratingValue: 0, worstRating: 0 }, []],
    [{ ratingValue: '88', bestRating: '100' }, []],
    [{ ratingValue: 101, bestRating: 100 }, OUT_OF_RANGE],
    [{ ratingValue: 'good' }, ['error value_not_number ratingValue']],
  ])('%j: %j', (rating, faults) => {
    expect(faultsOf({ '@type': 'AggregateRating', ...rating })).toEqual(faults)
  })

  it('may be a letter where it is no mean', () => {
    expect(faultsOf({ '@type': 'Rating', ratingValue: 'A' })).toEqual([
      'warning value_not_number ratingValue',
    ])
  })
})

describe('an FAQPage', () => {
  const question = {
    '@type': 'Question',
    name: 'Why?',
    acceptedAnswer: { '@type': 'Answer', text: 'Because.' },
  }

  it.each<[unknown, string[]]>([
    [[question, question], []],
    [[question], ['error too_few_questions mainEntity']],
    [[question, { '@type': 'Question', name: 'When?' }], ['error too_few_questions mainEntity']],
    [[question, { '@type': 'Thing', acceptedAnswer: {} }, 'Why?'], ['error too_few_questions mainEntity']],
    [undefined, []], // that it is missing is said already
  ])('needs two questions with answers: %j', (mainEntity, faults) => {
    expect(faultsOf({ '@type': 'FAQPage', mainEntity })).toEqual(faults)
  })
})

describe('a BreadcrumbList', () => {
  it.each<[unknown, string[]]>([
    [{ '@type': 'ListItem', position: 1, name: 'Home' }, []],
    [{ '@type': 'ListItem', position: 1, item: { '@id': '/', name: 'Home' } }, []],
    [{ '@type': 'ListItem', position: 1, item: '/' }, ['error item_without_name itemListElement']],
    ['Home', ['error item_without_name itemListElement']],
  ])('needs items with names: %j', (itemListElement, faults) => {
    expect(faultsOf({ '@type': 'BreadcrumbList', itemListElement })).toEqual(faults)
  })
})
