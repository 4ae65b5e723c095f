import { describe, expect, it } from 'vitest'
import { LIMITS } from '../core/limits.ts'
import { retryAfterMs } from './retry-after.ts'

const NOW = Date.UTC(2026, 2, 22, 12)

describe('retryAfterMs', () => {
  it.each([
    [429, '120', 120_000],
    [503, ' 1 ', 1_000],
    [503, 'Sun, 22 Mar 2026 12:00:30 GMT', 30_000],
    [429, '86400', LIMITS.retryAfterMsMax],
    [429, '86401', LIMITS.retryAfterMsMax],
    [429, '999999999999999', LIMITS.retryAfterMsMax],
    [429, '9'.repeat(400), LIMITS.retryAfterMsMax],
    [429, 'Tue, 22 Mar 2039 12:00:00 GMT', LIMITS.retryAfterMsMax],
    [503, '\tSun, 22 Mar 2026 13:00:00 GMT ', 3_600_000],
    [429, 'Sunday, 22-Mar-26 13:00:00 GMT', 3_600_000],
    [503, 'Sun Mar 22 13:00:00 2026', 3_600_000],
  ])('reads %i with %j as %i ms', (status, value, waitMs) => {
    expect(retryAfterMs(status, value, NOW)).toBe(waitMs)
  })

  it.each([
    [500, '120'],
    [200, '120'],
    [301, '120'],
    [429, undefined],
    [429, ''],
    [429, '0'],
    [429, '-5'],
    [429, '1.5'],
    [429, '1e3'],
    [429, '0x10'],
    [429, 'soon'],
    [429, '120, 240'],
    [429, '+120'],
    [429, '\u00a0120'],
    [429, 'Sunday, 22-Mar-76 13:00:01 GMT'],
    [429, 'Sun, 22 Mar 2026 11:59:59 GMT'],
    [429, 'Sun, 99 Mar 2026 12:00:30 GMT'],
    [429, '2026-03-22T13:00:00Z'],
  ])('asks for no wait: %i with %j', (status, value) => {
    expect(retryAfterMs(status, value, NOW)).toBeNull()
  })
})
