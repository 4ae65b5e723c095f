import { expect, it } from 'vitest'
import { isoTime, isoTimeOrNull } from './time.ts'

it('writes ISO 8601 in UTC, whole seconds without a fraction', () => {
  expect(isoTime(0)).toBe('1970-01-01T00:00:00Z')
  expect(isoTime(1_760_000_000_123)).toBe('2025-10-09T08:53:20.123Z')
  expect(isoTimeOrNull(null)).toBeNull()
})

it('shows a time that no Date can hold as the nearest that one can', () => {
  const last = '+275760-09-13T00:00:00Z'
  expect(isoTime(8.64e15)).toBe(last)
  expect(isoTime(8.64e15 + 1)).toBe(last)
  expect(isoTime(Number.MAX_SAFE_INTEGER)).toBe(last)
  expect(isoTime(-8.64e15 - 1)).toBe('-271821-04-20T00:00:00Z')
})
