import fc from 'fast-check'
import { expect, it } from 'vitest'
import { createGrowingBuffer } from './growing-buffer.ts'

it('holds what was added, in order, as far as the bound', () => {
  fc.assert(
    fc.property(
      fc.array(fc.uint8Array({ maxLength: 60 })),
      fc.integer({ min: 0, max: 300 }),
      (chunks, max) => {
        const gathered = createGrowingBuffer(max)
        let expected = Buffer.alloc(0)
        for (const chunk of chunks) {
          const fits = expected.length + chunk.length <= max
          expect(gathered.add(chunk)).toBe(fits)
          if (fits) expected = Buffer.concat([expected, chunk])
          expect(gathered.length).toBe(expected.length)
        }
        expect(gathered.take()).toEqual(expected)
        expect(gathered.take()).toEqual(Buffer.alloc(0))
      },
    ),
  )
})

it('grows beyond its first size, and what is taken does not change with what comes next', () => {
  const gathered = createGrowingBuffer(1_000_000)
  for (let index = 0; index < 10; index++) gathered.add(Buffer.alloc(100_000, index))
  const taken = gathered.take()
  gathered.add(Buffer.alloc(1_000_000, 255))
  expect(taken).toHaveLength(1_000_000)
  expect([taken[0], taken[99_999], taken[100_000], taken[999_999]]).toEqual([0, 0, 1, 9])
  expect(taken.buffer.byteLength).toBe(1_000_000)
})
