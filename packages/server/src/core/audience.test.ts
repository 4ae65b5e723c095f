import fc from 'fast-check'
import { expect, it } from 'vitest'
import { audienceFrom, audienceOf, audienceSize } from './audience.ts'

it('names those that were chosen, in their order, however it is cut into slices', () => {
  fc.assert(
    fc.property(
      fc.array(fc.boolean(), { maxLength: 40 }),
      fc.integer({ min: 1, max: 10 }),
      (picks, limit) => {
        const ids = picks.map((_, place) => `webhook_${place}`)
        const audience = audienceOf(ids, (place) => picks[place] === true)
        const chosen = ids.filter((_, place) => picks[place])
        expect(audienceSize(audience)).toBe(chosen.length)
        expect(audience.chosen === null).toBe(picks.every(Boolean))
        const slices: string[][] = []
        for (let position = 0; position < ids.length;) {
          const slice = audienceFrom(audience, position, limit)
          expect(slice.position).toBeGreaterThan(position)
          slices.push(slice.webhookIds)
          position = slice.position
        }
        expect(slices.flat()).toEqual(chosen)
        expect(slices.every(({ length }) => length <= limit)).toBe(true)
      },
    ),
  )
})

it('is all of a list without more', () => {
  const audience = audienceOf(['webhook_1', 'webhook_2'])
  expect([audience.chosen, audienceSize(audience)]).toEqual([null, 2])
})
