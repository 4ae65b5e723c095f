import { Ajv } from 'ajv'
import formats from 'ajv-formats'
import { expect, test } from 'vitest'
import { loadDocumentKinds } from './documents.ts'

test.each(loadDocumentKinds())(
  '$name has documents that pass and documents that really fail',
  ({ schema, documents }) => {
    const ajv = new Ajv({ strict: false })
    formats.default(ajv)
    const isValid = ajv.compile(schema)
    const verdicts = documents.map(({ content }) => isValid(JSON.parse(content.toString())))
    expect(new Set(verdicts)).toEqual(new Set([true, false]))
  },
)
