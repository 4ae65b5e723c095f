import { describe, expect, it } from 'vitest'
import { EVENT_TYPES } from '../../catalogue/event-types.ts'
import { systemClock } from '../../core/clock.ts'
import { LIMITS } from '../../core/limits.ts'
import { createLanguage } from '../../cel/language.ts'
import { FILTER_DESCRIPTION, FILTER_VARIABLES } from './description.ts'

describe('what a filter may name', () => {
  it('is whatever stands at the top of a body of the catalogue, and the body', () => {
    const fields = EVENT_TYPES.flatMap(({ example }) => Object.keys(example))
    expect(FILTER_VARIABLES).toEqual([...new Set([...fields, 'body'])].sort())
    expect(FILTER_VARIABLES).toEqual(expect.arrayContaining(['type', 'event', 'timestamp', 'data', 'run']))
  })
})

describe('the description', () => {
  it('has examples that are filters', () => {
    const language = createLanguage({
      variables: FILTER_VARIABLES,
      charactersMax: LIMITS.filterCharactersMax,
      timeoutMs: 1_000,
      clock: systemClock,
    })
    const quoted = FILTER_DESCRIPTION.split('`').filter((_, index) => index % 2 === 1)
    const examples = quoted.filter((text) => text.includes(' '))
    expect(examples).toHaveLength(3)
    for (const example of examples) expect(language.compile(example)).toHaveProperty('evaluate')
  })
})
