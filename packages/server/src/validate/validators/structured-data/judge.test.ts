import { describe, expect, it } from 'vitest'
import {
  FULL_ARTICLE,
  judgeNode,
  judgeText,
  namesOf,
  ofCode,
} from '../../../../test/support/structured-data.ts'
import { LIMITS } from '../../../core/limits.ts'
import { compile } from './judge.ts'

describe('a finding', () => {
  it('names a missing property as readers of the published webhook expect it', () => {
    const { headline: _, ...article } = FULL_ARTICLE
    const judgement = judgeNode(article)
    expect(judgement.findings).toEqual([
      {
        severity: 'error',
        code: 'required',
        message: 'Property is required',
        path: '',
        property: 'headline',
        schemaType: 'Article',
        line: 1,
        column: 1,
      },
    ])
    expect(judgement.counts).toEqual({ error: 1, warning: 0, info: 0 })
  })

  it('says where in the page its thing stands', () => {
    const page = `<html>\n<script type="application/ld+json">[\n  {"@context": "https://schema.org", "@graph": [
    {"@type": "Thing"}, {"@type": "Article", "author/s": 1,
      "author": [{"@type": "Person"}]}]}]</script></html>`
    const [finding] = ofCode(judgeText(page), 'required').filter(({ schemaType }) => schemaType === 'Person')
    expect(finding).toMatchObject({
      path: '/script[0]/0/@graph/1/author/0',
      property: 'name',
      line: 5,
      column: 18,
    })
  })

  it('names properties of which one is enough', () => {
    const [finding] = ofCode(judgeNode({ '@type': 'AggregateRating', ratingValue: 4 }), 'required')
    expect(finding).toMatchObject({
      property: 'ratingCount',
      message: 'One of ratingCount, reviewCount is required',
    })
    expect(
      ofCode(judgeNode({ '@type': 'AggregateRating', ratingValue: 4, reviewCount: 2 }), 'required'),
    ).toEqual([])
  })

  it('is a warning for what is recommended, and none for what is optional', () => {
    const judgement = judgeNode({ '@type': 'Brand', name: 'Lumen' })
    expect(judgement.findings).toEqual([])
    const { publisher: _, ...article } = FULL_ARTICLE
    expect(judgeNode(article).findings).toMatchObject([
      { severity: 'warning', code: 'recommended', property: 'publisher', message: 'Property is recommended' },
    ])
  })

  it('takes an empty value for a missing one', () => {
    expect(
      namesOf(judgeNode({ ...FULL_ARTICLE, headline: ' ', image: [], author: null }), 'required'),
    ).toEqual(['Article.author', 'Article.headline', 'Article.image'])
  })

  it('is one of as many as may be kept, and all are counted', () => {
    const judgement = judgeNode(Array.from({ length: 400 }, () => ({ '@type': 'Article' })))
    expect(judgement.findings).toHaveLength(LIMITS.findingsMax)
    expect(judgement.counts).toEqual({ error: 1_600, warning: 1_600, info: 0 })
  })
})

describe('types', () => {
  it('without a table are judged by the nearest ancestor that has one, under their own name', () => {
    const { headline: _, ...article } = FULL_ARTICLE
    const judgement = judgeNode({ ...article, '@type': 'NewsArticle' })
    expect(namesOf(judgement, 'required')).toEqual(['NewsArticle.headline'])
    expect(judgement.score?.types.map(({ type }) => type)).toContain('NewsArticle')
  })

  it('that a thing has beside each other are each judged, once for each table', () => {
    const required = (types: string[]) => namesOf(judgeNode({ '@type': types }), 'required')
    expect(required(['Restaurant', 'LocalBusiness'])).toEqual(['Restaurant.address', 'Restaurant.name'])
    expect(required(['Hotel', 'Bakery'])).toEqual(['Bakery.address', 'Bakery.name'])
    expect(required(['Brand', 'Person'])).toEqual(['Brand.name', 'Person.name'])
  })

  it('of other vocabularies are left alone', () => {
    const context = { '@vocab': 'https://schema.org/', foaf: 'http://xmlns.com/foaf/0.1/' }
    expect(
      judgeText(JSON.stringify({ '@context': context, '@type': 'foaf:Person', 'foaf:nick': 'jo' })),
    ).toEqual({
      findings: [],
      counts: { error: 0, warning: 0, info: 0 },
      seen: [],
    })
    const mixed = {
      '@context': context,
      '@type': ['foaf:Person', 'Person'],
      name: 'Jo',
      url: '/',
      headline: 'x',
    }
    expect(judgeText(JSON.stringify(mixed)).findings).toEqual([])
  })

  it('that schema.org does not have are told, with the nearest that it has', () => {
    expect(judgeNode({ '@type': 'Artcle', name: 'x' }).findings).toMatchObject([
      {
        severity: 'warning',
        code: 'unknown_type',
        message: 'schema.org has no type "Artcle". Did you mean Article?',
      },
    ])
  })

  it('that are missing are told where something is said in the words of schema.org', () => {
    const judgement = judgeNode({ ...FULL_ARTICLE, author: { name: 'Jo' } })
    expect(judgement.findings).toMatchObject([{ severity: 'warning', code: 'type_missing', path: '/author' }])
  })

  it('may stand in additionalType', () => {
    const tour = { '@type': 'TouristAttraction', name: 'Tour', address: 'Rome', startDate: '2026-01-01' }
    expect(namesOf(judgeNode(tour), 'wrong_domain')).toEqual(['TouristAttraction.startDate'])
    const judgement = judgeNode({ ...tour, additionalType: 'https://schema.org/Event', location: 'Rome' })
    expect(judgement.seen?.map(({ type }) => type)).toEqual(['Event', 'TouristAttraction'])
    expect(namesOf(judgement, 'wrong_domain')).toEqual([])
  })
})

describe('properties', () => {
  it('that schema.org does not have are told, with the nearest that it has', () => {
    expect(judgeNode({ ...FULL_ARTICLE, headlin: 'x', cryptosuite: 1 }).findings).toMatchObject([
      {
        severity: 'warning',
        code: 'unknown_property',
        property: 'headlin',
        schemaType: 'Article',
        message: 'schema.org has no property "headlin". Did you mean headline?',
      },
      { property: 'cryptosuite', message: 'schema.org has no property "cryptosuite".' },
    ])
  })

  it('of other types are told', () => {
    expect(judgeNode({ ...FULL_ARTICLE, opens: '10:00' }).findings).toMatchObject([
      {
        severity: 'warning',
        code: 'wrong_domain',
        property: 'opens',
        message: 'opens is a property of OpeningHoursSpecification, not of Article.',
      },
    ])
  })

  it('may be repeated by a Role, annotated in an Action, and retired', () => {
    const role = { '@type': 'Role', author: { '@type': 'Person', name: 'Jo', url: '/jo' }, roleName: 'x' }
    const action = {
      '@type': 'SearchAction',
      target: 'https://x.example/?q={q}',
      'query-input': 'required name=q',
    }
    const recording = { '@type': 'MusicRecording', interactionCount: 5 }
    expect(judgeNode([role, action, recording]).findings).toEqual([])
  })
})

describe('a value that is no more than a type and an id', () => {
  it('refers to a thing and does not describe it', () => {
    expect(judgeNode(FULL_ARTICLE).findings).toEqual([])
    expect(judgeNode(FULL_ARTICLE).score?.types.map(({ type }) => type)).not.toContain('WebPage')
  })

  it('is judged when nothing has it as a value, or its id is good for nothing', () => {
    expect(namesOf(judgeNode({ '@type': 'Person', '@id': '#jo' }), 'required')).toEqual(['Person.name'])
    const blank = { ...FULL_ARTICLE, author: { '@type': 'Person', '@id': '_:jo' } }
    expect(namesOf(judgeNode(blank), 'required')).toEqual(['Person.name'])
  })
})

describe('a document', () => {
  it('without structured data has the score 0, and says so', () => {
    expect(judgeText('<p>Hello</p>', { contentType: 'text/html' })).toEqual({
      findings: [
        {
          severity: 'error',
          code: 'no_structured_data',
          message: 'There is no structured data: no JSON-LD, Microdata or RDFa that says what something is.',
          path: '',
          property: null,
          schemaType: null,
        },
      ],
      counts: { error: 1, warning: 0, info: 0 },
      score: { value: 0, types: [] },
      seen: [],
    })
    expect(judgeText('{"a":1}').findings).toMatchObject([{ code: 'no_structured_data' }])
  })

  it('whose structured data cannot be read says only that', () => {
    const judgement = judgeText('<script type="application/ld+json">{"a":1,}</script>')
    expect(judgement.findings).toMatchObject([
      { code: 'json_syntax', path: '/script[0]', line: 1, column: 43 },
    ])
    expect(judgement.score).toEqual({ value: 0, types: [] })
  })

  it('with structured data of types without a table has no score', () => {
    const judgement = judgeNode({ '@type': 'Volcano', name: 'Etna', address: 'Sicily' })
    expect(judgement.score).toBeDefined() // by way of Place
    expect(judgeNode({ '@type': 'Thing', name: 'Etna' })).not.toHaveProperty('score')
  })

  it.each(['', 'name,price\nlamp,1', '%PDF-1.7'])(
    'that is neither a page nor JSON-LD is told so: %j',
    (text) => {
      const judgement = judgeText(text)
      expect(judgement.findings).toMatchObject([{ severity: 'error', code: 'document_not_readable' }])
      expect(judgement).not.toHaveProperty('score')
    },
  )
})

describe('the configuration', () => {
  it('may ask for types, which their descendants are too', () => {
    const missing = (types: string[]) =>
      ofCode(judgeNode({ ...FULL_ARTICLE, '@type': 'BlogPosting' }, { config: { types } }), 'required_type')
    expect(missing(['Article', 'BlogPosting', 'Person'])).toEqual([])
    expect(missing(['NewsArticle', 'WebPage'])).toMatchObject([
      { severity: 'error', schemaType: 'NewsArticle', message: 'There is no NewsArticle here.' },
      { schemaType: 'WebPage' }, // only referred to
    ])
  })

  it('is refused when it asks for a type that schema.org does not have', () => {
    expect(compile({ types: ['Article', 'Recipy'] })).toEqual({
      refused: { field: 'types', message: 'schema.org has no type "Recipy". Did you mean Recipe?' },
    })
  })

  it('may leave formats out', () => {
    const page = `<script type="application/ld+json">{"@context":"https://schema.org","@type":"Thing","name":"a"}</script>
      <p itemscope itemtype="https://schema.org/Brand"></p><p vocab="https://schema.org/" typeof="Person"></p>`
    const types = (formats: string[]) =>
      judgeText(page, { config: { formats } }).seen?.map(({ type }) => type)
    expect(types(['json-ld', 'microdata', 'rdfa'])).toEqual(['Brand', 'Person', 'Thing'])
    expect(types(['json-ld'])).toEqual(['Thing'])
    expect(types(['microdata'])).toEqual(['Brand'])
    expect(types(['rdfa'])).toEqual(['Person'])
  })
})
