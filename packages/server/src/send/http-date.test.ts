import { describe, expect, it } from 'vitest'
import { parseHttpDate } from './http-date.ts'

const NOW = Date.UTC(2026, 2, 22, 12)
const SAMPLE = Date.UTC(1994, 10, 6, 8, 49, 37)

describe('parseHttpDate', () => {
  it.each([
    ['Sun, 06 Nov 1994 08:49:37 GMT', SAMPLE],
    ['Sunday, 06-Nov-94 08:49:37 GMT', SAMPLE],
    ['Sun Nov  6 08:49:37 1994', SAMPLE],
    ['Wed Nov 16 08:49:37 1994', SAMPLE + 10 * 86_400_000],
    ['Thu, 29 Feb 2024 00:00:00 GMT', Date.UTC(2024, 1, 29)],
    ['Sat, 31 Dec 2016 23:59:60 GMT', Date.UTC(2017, 0, 1)],
  ])('reads %j', (text, time) => {
    expect(parseHttpDate(text, NOW)).toBe(time)
  })

  it('takes two digits for a year that is at most 50 years ahead', () => {
    expect(parseHttpDate('Sunday, 22-Mar-76 12:00:00 GMT', NOW)).toBe(Date.UTC(2076, 2, 22, 12))
    expect(parseHttpDate('Tuesday, 23-Mar-76 12:00:00 GMT', NOW)).toBe(Date.UTC(1976, 2, 23, 12))
    expect(parseHttpDate('Tuesday, 02-Jan-01 00:00:00 GMT', NOW)).toBe(Date.UTC(2001, 0, 2))
    expect(parseHttpDate('Sunday, 02-Jan-01 00:00:00 GMT', Date.UTC(2099, 5, 1))).toBe(Date.UTC(2101, 0, 2))
  })

  it.each([
    '',
    'Sun, 6 Nov 1994 08:49:37 GMT',
    'Sun, 06 Nov 94 08:49:37 GMT',
    'Sun, 06 Nov 1994 08:49:37',
    'Sun, 06 Nov 1994 08:49:37 UTC',
    'Sun, 06 Nov 1994 08:49:37 +0000',
    'sun, 06 Nov 1994 08:49:37 GMT',
    'Sun, 06 NOV 1994 08:49:37 GMT',
    'Sun,  06 Nov 1994 08:49:37 GMT',
    'Sun, 06 Nov 1994 24:00:00 GMT',
    'Sun, 06 Nov 1994 08:60:00 GMT',
    'Sun, 06 Nov 1994 08:49:61 GMT',
    'Mon, 06 Nov 1994 08:49:37 GMT',
    'Fri, 31 Feb 2025 00:00:00 GMT',
    'Mon, 31 Feb 2025 00:00:00 GMT',
    'Sat, 00 Nov 1994 00:00:00 GMT',
    'Sun, 06-Nov-94 08:49:37 GMT',
    'Sunday, 06-Nov-1994 08:49:37 GMT',
    'Sunday, 06 Nov 94 08:49:37 GMT',
    'Sun Nov 06 08:49:37 94',
    'Sun Nov 6 08:49:37 1994',
    'Sun Nov  6 08:49:37 1994 GMT',
    '1994-11-06T08:49:37Z',
    '784111777',
  ])('refuses %j', (text) => {
    expect(parseHttpDate(text, NOW)).toBeNull()
  })
})
