import { describe, expect, it } from 'vitest'
import { REFUSAL_REASONS, verify } from '../src/index.ts'
import { bodyOf, optionsOf, requestOf, VECTORS } from './vectors.ts'

describe('vectors', () => {
  it.each(VECTORS)('$name', (vector) => {
    const result = verify(requestOf(vector), optionsOf(vector))
    expect(result).toMatchObject(vector.expect)
  })

  it.each(VECTORS)('$name: text and bytes of the body are judged alike', (vector) => {
    const text = bodyOf(vector).toString('utf8')
    const isText = Buffer.from(text, 'utf8').equals(bodyOf(vector))
    const result = verify(
      { body: isText ? text : bodyOf(vector), headers: new Map(Object.entries(vector.headers)) },
      optionsOf(vector),
    )
    expect(result).toMatchObject(vector.expect)
  })

  it('have names of their own', () => {
    expect(new Set(VECTORS.map(({ name }) => name)).size).toBe(VECTORS.length)
  })

  it('show every reason that bytes and headers alone can cause', () => {
    const shown = new Set(VECTORS.map((vector) => (vector.expect.ok ? 'accepted' : vector.expect.reason)))
    const notFromAVector = ['body_parsed', 'body_missing', 'body_too_large', 'unreadable_request']
    expect(REFUSAL_REASONS.filter((reason) => !shown.has(reason))).toEqual(notFromAVector)
  })
})
