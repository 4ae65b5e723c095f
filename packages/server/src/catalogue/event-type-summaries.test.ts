import { Ajv2020 } from 'ajv/dist/2020.js'
import formatsModule from 'ajv-formats'
import { describe, expect, it } from 'vitest'
import { eventTypeSummaries } from './event-type-summaries.ts'
import { EVENT_TYPES } from './event-types.ts'

// Another implementation than the one that made the schemas.
const ajv = new Ajv2020({ allErrors: true, strict: true })
formatsModule.default(ajv)

describe('eventTypeSummaries', () => {
  it('has one line for each type, in the order of the catalogue', () => {
    expect(eventTypeSummaries().map(({ type }) => type)).toEqual(EVENT_TYPES.map(({ type }) => type))
  })

  it.each(eventTypeSummaries())(
    'gives a strict JSON Schema of $type that its example passes',
    ({ schema, example }) => {
      const validate = ajv.compile(schema)
      validate(example)
      expect(validate.errors).toBeNull()
      expect(validate({ ...example, timestamp: 5 })).toBe(false)
      expect(validate({ ...example, added_later: true })).toBe(true)
    },
  )

  it('is plain JSON, as the API sends it', () => {
    const summaries = eventTypeSummaries()
    expect(JSON.parse(JSON.stringify(summaries))).toEqual(summaries)
  })
})
