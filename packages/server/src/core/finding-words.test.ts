import { expect, it } from 'vitest'
import { findingWords } from './finding-words.ts'

it.each([
  ['Property is required', 'headline', 'Article', 'Article.headline: Property is required'],
  ['Property is required', 'headline', null, 'headline: Property is required'],
  ['"headline" is required', 'headline', 'Article', '"headline" is required'],
  ['"a\\u0007b" is not allowed here', 'a\u0007b', null, '"a\\u0007b" is not allowed here'],
  ['There is no structured data.', null, null, 'There is no structured data.'],
])('%s, of %s of %s', (message, property, schemaType, words) => {
  expect(findingWords({ message, property, schemaType })).toBe(words)
})
