import { expect, test } from 'vitest'
import { giveBackStartMemory } from './start-memory.ts'

const MEGABYTE = 1024 * 1024

test('a heap that is full of garbage becomes smaller', () => {
  const before = heapWithGarbage()
  giveBackStartMemory()
  expect(process.memoryUsage().heapTotal).toBeLessThan(before - 20 * MEGABYTE)
})

function heapWithGarbage(): number {
  const garbage = Array.from({ length: 1_000_000 }, (_, number) => ({ number }))
  expect(garbage).toHaveLength(1_000_000)
  return process.memoryUsage().heapTotal
}
