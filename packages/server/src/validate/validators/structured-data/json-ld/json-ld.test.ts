import { describe, expect, it } from 'vitest'
import {
  judgeNode,
  judgeText,
  namesOf,
  ofCode,
  seenNames,
} from '../../../../../test/support/structured-data.ts'

/** What is seen of a JSON-LD text. */
function seenIn(value: unknown): Record<string, string[]> {
  return seenNames(judgeText(JSON.stringify(value)))
}

const JO = { '@type': 'Person', name: 'Jo' }
const SEEN_JO = { Person: ['name'] }

describe('a context', () => {
  it.each([
    'https://schema.org',
    'http://schema.org/',
    '//schema.org',
    'https://www.schema.org/',
    'https://schema.org/docs/jsonldcontext.json',
    { '@vocab': 'https://schema.org/' },
    { '@vocab': 'http://schema.org' },
    ['https://schema.org', { '@language': 'en' }],
    [null, 'https://schema.org'],
  ])('%j is that of schema.org', (context) => {
    expect(seenIn({ '@context': context, ...JO })).toEqual(SEEN_JO)
  })

  it.each([
    { '@type': 'https://schema.org/Person', 'http://schema.org/name': 'Jo' },
    { '@context': {}, '@type': 'schema:Person', 'schema:name': 'Jo' },
    { '@context': { s: 'https://schema.org/' }, '@type': 's:Person', 's:name': 'Jo' },
    { '@context': { s: 'http://schema.org/', P: 's:Person', n: { '@id': 's:name' } }, '@type': 'P', n: 'Jo' },
    { '@context': ['https://schema.org', { kind: '@type', called: 'name' }], kind: 'Person', called: 'Jo' },
    { '@context': 'https://schema.org', id: '#jo', type: 'Person', name: 'Jo' },
    // Its context defines all of its names, so that another `@vocab` beside it changes none of them.
    { '@context': ['https://schema.org', { '@vocab': 'https://x.example/' }], ...JO, nick: 'J' },
  ])('gives names their meaning: %j', (node) => {
    const judgement = judgeText(JSON.stringify(node))
    expect(seenNames(judgement)).toEqual(SEEN_JO)
    expect(ofCode(judgement, 'unknown_property')).toEqual([])
  })

  it('may take meaning away', () => {
    expect(seenIn({ '@context': ['https://schema.org', { name: null }], ...JO })).toEqual({ Person: [] })
    expect(seenIn({ '@context': ['https://schema.org', null], ...JO })).toEqual({})
    expect(seenIn({ '@context': { a: 'b:x', b: 'a:y' }, '@type': 'a', a: 1 })).toEqual({})
  })

  it('holds for what is inside, and ends there', () => {
    const inner = { '@context': { '@vocab': 'https://x.example/' }, '@type': 'Person', nick: 'Jo' }
    const node = { '@context': 'https://schema.org', ...JO, knows: inner, sibling: JO }
    expect(seenIn(node)).toEqual({ Person: ['knows', 'name', 'sibling'] })
  })

  it('that is missing is an error, told once, and what was meant is judged', () => {
    const judgement = judgeText(JSON.stringify([{ '@type': 'Person' }, { '@type': 'Person' }]))
    expect(ofCode(judgement, 'context_missing')).toMatchObject([
      { severity: 'error', path: '/0', line: 1, column: 2 },
    ])
    expect(namesOf(judgement, 'required')).toEqual(['Person.name', 'Person.name'])
  })

  it('of another host is ignored with a warning, told once, and never fetched', () => {
    const context = ['https://schema.org', 'https://w3id.example/security']
    const judgement = judgeText(JSON.stringify([1, 2].map(() => ({ '@context': context, ...JO }))))
    expect(ofCode(judgement, 'context_ignored')).toMatchObject([{ severity: 'warning', path: '/0/@context' }])
    expect(seenNames(judgement)).toEqual(SEEN_JO)
  })
})

describe('things', () => {
  it('stand in arrays, graphs, graphs in graphs, and beside them', () => {
    const graph = {
      '@graph': [JO, { '@graph': [{ '@type': 'Brand', name: 'b' }] }, [{ '@type': 'Thing', url: '/' }]],
    }
    const context = { '@context': 'https://schema.org' }
    expect(
      seenIn([
        { ...context, ...graph },
        { ...context, ...graph, '@type': 'WebSite', name: 'w' },
      ]),
    ).toEqual({
      Brand: ['name'],
      Person: ['name'],
      Thing: ['url'],
      WebSite: ['name'],
    })
    expect(seenIn({ ...context, '@included': [JO] })).toEqual(SEEN_JO)
  })

  it('of one id are one thing, wherever they are described', () => {
    const rating = { '@type': 'AggregateRating', ratingValue: 4, ratingCount: 2, bestRating: 5 }
    const product = { '@type': 'Product', '@id': '#lamp', name: 'Lamp' }
    const page = [product, { '@id': 'https://shop.example/p#lamp', aggregateRating: rating }]
      .map((node) => JSON.stringify({ '@context': 'https://schema.org', ...node }))
      .map((text) => `<script type="application/ld+json">${text}</script>`)
      .join('')
    const judgement = judgeText(page, { url: 'https://shop.example/p' })
    expect(seenNames(judgement)['Product']).toEqual(['aggregateRating', 'name'])
    expect(judgement.score?.types.find(({ type }) => type === 'Product')?.things).toBe(1)
  })

  it('may refer to each other in circles', () => {
    const couple = [
      { ...JO, '@id': '#a', url: '/a', knows: { '@id': '#b' } },
      { ...JO, '@id': '#b', url: '/b', knows: [{ '@id': '#a' }, { '@id': '#b' }] },
    ]
    const judgement = judgeNode(couple)
    expect(judgement.findings).toEqual([])
    expect(judgement.seen).toMatchObject([
      {
        type: 'Person',
        properties: [{ name: 'knows', kinds: ['Person'] }, { name: 'name' }, { name: 'url' }],
      },
    ])
  })

  it('keep blank ids of different scripts apart', () => {
    const text = JSON.stringify({ '@context': 'https://schema.org', ...JO, '@id': '_:a' })
    const judgement = judgeText(`<script type="application/ld+json">${text}</script>`.repeat(2))
    expect(judgement.score?.types[0]?.things).toBe(2)
  })

  it('may be said backwards', () => {
    const seen = { Book: ['author'], Person: ['name'] }
    expect(seenNames(judgeNode({ ...JO, '@reverse': { author: { '@type': 'Book' } } }))).toEqual(seen)
    const context = ['https://schema.org', { wrote: { '@reverse': 'author' } }]
    expect(seenIn({ '@context': context, ...JO, wrote: [{ '@type': 'Book' }] })).toEqual(seen)
  })
})

describe('values', () => {
  it.each<[unknown, string[]]>([
    ['plain', ['text']],
    ['https://x.example/a', ['url']],
    [5, ['number']],
    [true, ['boolean']],
    [{ '@value': '5', '@type': 'Integer' }, ['text']],
    [{ '@list': ['a', 5] }, ['number', 'text']],
    [{ '@set': [{ '@value': 'a', '@language': 'en' }] }, ['text']],
    [{ '@id': '#elsewhere' }, ['url']],
    [{ name: 'untyped' }, ['Thing']],
    [
      [JO, [{ '@type': ['Organization', 'Brand'], name: 'x' }]],
      ['Brand', 'Organization', 'Person'],
    ],
  ])('%j is of kind %j', (about, kinds) => {
    const [thing] =
      judgeNode({ '@type': 'CreativeWork', about }).seen?.filter(({ type }) => type === 'CreativeWork') ?? []
    expect(thing?.properties).toEqual([{ name: 'about', importance: 'unknown', kinds }])
  })

  it.each([null, '', [], {}, { '@value': null }, { '@list': [] }, { '@value': { a: 1 } }])(
    '%j is none',
    (about) => {
      expect(seenNames(judgeNode({ '@type': 'CreativeWork', about }))).toEqual({ CreativeWork: [] })
    },
  )

  it('may come in maps of languages and indexes', () => {
    const context = ['https://schema.org', { name: { '@id': 'schema:name', '@container': '@language' } }]
    const node = { '@context': context, '@type': 'Brand', name: { en: 'Lamp', de: ['Lampe', 'Leuchte'] } }
    expect(judgeText(JSON.stringify(node)).seen).toMatchObject([
      { type: 'Brand', properties: [{ name: 'name', kinds: ['text'] }] },
    ])
  })

  it('are names of things where the context says so', () => {
    const context = ['https://schema.org', { author: { '@type': '@id' } }]
    const graph = [
      { '@type': 'Book', author: '#jo' },
      { ...JO, '@id': '#jo' },
    ]
    const [book] = judgeText(JSON.stringify({ '@context': context, '@graph': graph })).seen ?? []
    expect(book?.properties).toMatchObject([{ name: 'author', kinds: ['Person'] }])
  })
})
