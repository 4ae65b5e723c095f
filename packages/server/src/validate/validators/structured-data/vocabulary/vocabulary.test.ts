import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { mistakesBetween } from '../../../../core/nearest.ts'
import { suggestProperty, suggestType } from './suggest.ts'
import { isA, isProperty, isType, lineageOf, mayHave, shortNameOf, typeNames } from './vocabulary.ts'

describe('words.ts', () => {
  it('is what scripts/make-vocabulary.mjs makes', async () => {
    const script = new URL('../../../../../../../scripts/make-vocabulary.mjs', import.meta.url)
    const { renderVocabulary } = (await import(script.href)) as { renderVocabulary: () => string }
    expect(readFileSync(new URL('words.ts', import.meta.url), 'utf8')).toBe(renderVocabulary())
  })
})

describe('the vocabulary', () => {
  it('knows types, their ancestors, and what they may have', () => {
    expect([isType('Article'), isType('article'), isType('toString'), isProperty('headline')]).toEqual([
      true,
      false,
      false,
      true,
    ])
    expect([...lineageOf('NewsArticle')]).toEqual(['NewsArticle', 'Article', 'CreativeWork', 'Thing'])
    expect(isA('Hospital', 'Place') && isA('Hospital', 'Organization')).toBe(true)
    expect(isA('Nonsense', 'Nonsense')).toBe(false)
    expect([mayHave('NewsArticle', 'headline'), mayHave('Person', 'headline')]).toEqual([true, false])
  })

  it('has one root, apart from the types of literals', () => {
    const roots = [...typeNames()].filter((type) => !isA(type, 'Thing'))
    expect(roots.filter((type) => lineageOf(type).size === 1).sort()).toContain('DataType')
    expect(roots.length).toBeLessThan(20)
  })

  it.each<[string, string | null]>([
    ['http://schema.org/Person', 'Person'],
    ['https://schema.org/Person', 'Person'],
    ['https://www.schema.org/Person', 'Person'],
    ['https://pending.schema.org/Person', 'Person'],
    ['https://schema.org/', null],
    ['https://schema.org/Person/x', null],
    ['https://schema.org.evil.example/Person', null],
    ['https://notschema.org/Person', null],
    ['Person', null],
  ])('is spelt %s', (iri, name) => {
    expect(shortNameOf(iri)).toBe(name)
  })
})

describe('suggestions', () => {
  it.each<[string, string | null]>([
    ['headlin', 'headline'],
    ['Headline', 'headline'],
    ['haedline', 'headline'],
    ['datePublish', 'datePublished'],
    ['offercount', 'offerCount'],
    ['cryptosuite', null],
    ['x', null],
    ['h'.repeat(1_000_000), null],
  ])('for %j: %s', (name, suggestion) => {
    expect(suggestProperty(name, ['Article'])).toBe(suggestion)
  })

  it('prefer what the type may have', () => {
    expect(suggestProperty('titel', ['JobPosting'])).toBe('title')
    expect(suggestType('Prodct')).toBe('Product')
  })

  it.each<[string, string, number]>([
    ['', '', 0],
    ['abc', 'abc', 0],
    ['abc', 'acb', 1],
    ['abc', 'ac', 1],
    ['abc', 'xabc', 1],
    ['kitten', 'sitting', 3],
  ])('count the mistakes between %j and %j', (one, other, mistakes) => {
    expect(mistakesBetween(one, other, 5)).toBe(mistakes)
    expect(mistakesBetween(other, one, 5)).toBe(mistakes)
  })

  it('stop counting when there are too many', () => {
    expect(mistakesBetween('abcdef', 'uvwxyz', 2)).toBeGreaterThan(2)
  })
})
