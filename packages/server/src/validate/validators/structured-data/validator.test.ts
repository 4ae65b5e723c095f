import { describe, expect, it } from 'vitest'
import { structuredData } from './validator.ts'

describe('the shape of the configuration', () => {
  it.each([{}, { types: [] }, { types: ['Article'], formats: ['json-ld', 'rdfa'] }])(
    'may be %j',
    (config) => {
      expect(structuredData.checkConfig(config)).toEqual([])
    },
  )

  it.each<[object, string, string]>([
    [{ types: 'Article' }, 'types', 'must be a list of schema.org types, such as ["Article"]'],
    [
      { types: ['https://schema.org/Article'] },
      'types[0]',
      'must be the short name of a schema.org type, such as Article',
    ],
    [{ formats: ['microformats'] }, 'formats[0]', 'must be one of json-ld, microdata, rdfa'],
    [{ formats: 'rdfa' }, 'formats', 'must be a list of json-ld, microdata, rdfa'],
    [{ formats: [] }, 'formats', 'must name at least one format'],
    [{ type: 'Article' }, 'type', 'is not known here'],
  ])('may not be %j', (config, field, message) => {
    expect(structuredData.checkConfig(config as Record<string, unknown>)).toEqual([{ field, message }])
  })
})
