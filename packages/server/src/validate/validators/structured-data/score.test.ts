import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { FULL_ARTICLE, judgeNode, judgeText } from '../../../../test/support/structured-data.ts'
import { LIMITS } from '../../../core/limits.ts'
import type { Score } from '../../../core/score.ts'
import { findRules, TABLED_TYPES } from './tables/index.ts'

function scoreOf(node: object): Score {
  const { score } = judgeNode(node)
  if (score === undefined) throw new Error('There is no score')
  return score
}

describe('the score', () => {
  it('of a thing is the weight of what it has ÷ the weight of all that its table names', () => {
    // FAQPage: required mainEntity (3), optional name (1).
    expect(scoreOf({ '@type': 'FAQPage', name: 'x' })).toEqual({
      value: 25,
      types: [
        {
          type: 'FAQPage',
          score: 25,
          things: 1,
          missing: [{ property: 'mainEntity', importance: 'required', cost: 75 }],
        },
      ],
    })
  })

  it('of a type is the mean over its things, and of the page the mean over its types', () => {
    const brand = { '@type': 'Brand', name: 'x', logo: '/l' }
    const page = [brand, { '@type': 'Brand', name: 'y' }, { '@type': 'HowToTip' }]
    expect(scoreOf(page)).toEqual({
      value: 43.8,
      types: [
        {
          type: 'Brand',
          score: 87.5,
          things: 2,
          missing: [{ property: 'logo', importance: 'optional', cost: 6.25 }],
        },
        {
          type: 'HowToTip',
          score: 0,
          things: 1,
          missing: [{ property: 'text', importance: 'required', cost: 50 }],
        },
      ],
    })
  })

  it('counts properties of which one is enough once, by the first of them', () => {
    const costs = (node: object) => scoreOf(node).types[0]?.missing.map(({ property }) => property)
    expect(costs({ '@type': 'ImageObject', url: '/a' })).not.toContain('contentUrl')
    expect(costs({ '@type': 'ImageObject', url: '/a', contentUrl: '/a' })).not.toContain('contentUrl')
    expect(costs({ '@type': 'ImageObject' })?.[0]).toBe('contentUrl')
  })

  it('is 100 when nothing is missing', () => {
    const rules = findRules('Article')?.rules ?? []
    const article = Object.fromEntries(rules.map(({ properties: [name] }) => [name, 'x']))
    expect(scoreOf({ '@type': 'Article', ...article })).toMatchObject({
      value: 100,
      types: [{ missing: [] }],
    })
    expect(scoreOf(FULL_ARTICLE).value).toBeLessThan(100)
  })
})

// Things of types with a table, with any of their properties, some of whose values are things again.
const things = fc.array(
  fc
    .tuple(
      fc.constantFrom(...TABLED_TYPES, 'NewsArticle', 'Volcano', 'Artcle', 'Thing'),
      fc.infiniteStream(fc.nat(3)),
    )
    .map(([type, dice]): Record<string, unknown> => {
      const properties = findRules(type)?.rules.flatMap(({ properties: names }) => names) ?? ['name', 'nam']
      const values = ['text', 5, { '@type': 'Person', name: 'Jo' }]
      const given = properties.flatMap((name): [string, unknown][] => {
        const die = Number(dice.next().value)
        return die === 3 ? [] : [[name, values[die]]]
      })
      return { '@type': type, ...Object.fromEntries(given) }
    }),
  { minLength: 1, maxLength: 12 },
)

describe('costs', () => {
  it('sum to what the page lacks of 100', () => {
    fc.assert(
      fc.property(things, (page) => {
        const { score } = judgeNode(page)
        fc.pre(score !== undefined)
        const costs = score.types.flatMap(({ missing }) => missing.map(({ cost }) => cost))
        const sum = costs.reduce((total, cost) => total + cost, 0)
        // Each cost is rounded to two decimals, the value to one.
        expect(Math.abs(100 - score.value - sum)).toBeLessThanOrEqual(0.05 + 0.005 * costs.length + 1e-9)
        expect(costs.every((cost) => cost >= 0)).toBe(true)
      }),
    )
  })
})

describe('the order', () => {
  it('in which a page says things matters neither to its score nor to what is seen', () => {
    const shuffledTwice = things.chain((page) =>
      fc.record({
        page: fc.constant(page),
        order: fc.shuffledSubarray([...page.keys()], { minLength: page.length }),
        isReversed: fc.boolean(),
      }),
    )
    fc.assert(
      fc.property(shuffledTwice, ({ page, order, isReversed }) => {
        const shuffled = order.map((index) => {
          const entries = Object.entries(page[index] ?? {})
          return Object.fromEntries(isReversed ? entries.reverse() : entries)
        })
        const scripts = shuffled
          .map((node) => JSON.stringify({ '@context': 'https://schema.org', ...node }))
          .map((text) => `<script type="application/ld+json">${text}</script>`)
        const one = judgeNode(page)
        const other = judgeText(scripts.join('\n'))
        expect(other.score).toEqual(one.score)
        expect(other.seen).toEqual(one.seen)
        expect(other.counts).toEqual(one.counts)
      }),
    )
  })
})

describe('what is seen', () => {
  it('bears the importance that the table of the type gives', () => {
    const { seen } = judgeNode({
      '@type': 'NewsArticle',
      headline: 'x',
      publisher: 'y',
      wordCount: 5,
      nam: 'z',
    })
    expect(seen).toEqual([
      {
        type: 'NewsArticle',
        properties: [
          { name: 'headline', importance: 'required', kinds: ['text'] },
          { name: 'nam', importance: 'unknown', kinds: ['text'] },
          { name: 'publisher', importance: 'recommended', kinds: ['text'] },
          { name: 'wordCount', importance: 'unknown', kinds: ['number'] },
        ],
      },
    ])
  })

  it('is bounded: types, properties, and the length of names', () => {
    const types = Array.from({ length: LIMITS.seenTypesMax + 1 }, (_, index) => ({ '@type': `T${index}` }))
    expect(judgeNode(types).seen).toHaveLength(LIMITS.seenTypesMax)
    const many = Array.from({ length: LIMITS.seenPropertiesMax + 1 }, (_, index) => [`p${index}`, 1])
    const [wide] = judgeNode({ '@type': 'Thing', ...Object.fromEntries(many) }).seen ?? []
    expect(wide?.properties).toHaveLength(LIMITS.seenPropertiesMax)
    const [long] = judgeNode({ '@type': 'T'.repeat(5_000), ['p'.repeat(5_000)]: 1 }).seen ?? []
    expect(long?.type).toHaveLength(LIMITS.seenNameCharactersMax)
    expect(long?.properties[0]?.name).toHaveLength(LIMITS.seenNameCharactersMax)
  })
})
