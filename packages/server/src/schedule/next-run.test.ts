import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { LIMITS } from '../core/limits.ts'
import { DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS } from '../core/time.ts'
import { cronAfter } from './cron.ts'
import { isTimeZone, nextRunAt, scheduleFault } from './next-run.ts'

const NOW = Date.UTC(2026, 2, 1)
const ZONES = [
  'UTC',
  'Europe/Berlin',
  'America/New_York',
  'Asia/Kolkata',
  'Australia/Lord_Howe',
  'Pacific/Apia',
]
const CRONS = ['*/5 * * * *', '0 9 * * MON-FRI', '30 2 * * *', '15,45 1-3 * * *', '0 0 29 2 *', '0 0 1 * SUN']

const idOf = (share: number): string => `mon_0198c1a29f4e7c3b8d5e6f70${share.toString(16).padStart(8, '0')}`
/** With no offset at all. */
const EARLY = idOf(0)
const LATE = idOf(0xffff_ffff)

const ids = fc.nat({ max: 0xffff_ffff }).map(idOf)
const instants = fc.integer({ min: Date.UTC(2024, 0, 1), max: Date.UTC(2040, 0, 1) })
const zones = fc.constantFrom(...ZONES)

function slot(schedule: string, after: number | string, { timeZone = 'UTC', id = EARLY } = {}): string {
  const at = nextRunAt({ id, schedule, timeZone }, typeof after === 'number' ? after : Date.parse(after))
  return at === null ? 'never' : new Date(at).toISOString()
}

function slots(count: number, schedule: string, after: string, setting: { timeZone?: string; id?: string }) {
  const found: string[] = []
  for (let last = after; found.length < count; last = found.at(-1) ?? after)
    found.push(slot(schedule, last, setting))
  return found
}

describe('a slot', () => {
  it('is always later than the moment it is asked for at', () => {
    fc.assert(
      fc.property(
        ids,
        instants,
        zones,
        fc.constantFrom('hourly', 'daily', 'weekly', ...CRONS),
        (id, after, timeZone, schedule) => {
          const next = nextRunAt({ id, schedule, timeZone }, after)
          expect(next).toBeGreaterThan(after)
          // Nothing lies between: every moment before it has the same next slot.
          expect(nextRunAt({ id, schedule, timeZone }, (next ?? 0) - 1)).toBe(next)
        },
      ),
    )
  })

  it.each([
    ['hourly', HOUR_MS, 0],
    // The clocks of Lord Howe move by half an hour, Apia's once left out a day.
    ['daily', DAY_MS, HOUR_MS],
    ['weekly', 7 * DAY_MS, HOUR_MS],
  ])(
    'of a %s monitor comes again after as long, but for a change of the clocks',
    (schedule, period, give) => {
      fc.assert(
        fc.property(ids, instants, zones, (id, after, timeZone) => {
          const first = nextRunAt({ id, schedule, timeZone }, after) ?? 0
          const second = nextRunAt({ id, schedule, timeZone }, first) ?? 0
          expect(first - after).toBeLessThanOrEqual(period + give)
          expect(Math.abs(second - first - period)).toBeLessThanOrEqual(give)
        }),
      )
    },
  )

  it('is the monitor’s own: ten thousand hourly ones spread over the hour', () => {
    const starts = Array.from({ length: 10_000 }, (_, index) => {
      const id = idOf(Math.floor((index / 10_000) * 2 ** 32))
      return nextRunAt({ id, schedule: 'hourly', timeZone: 'UTC' }, NOW) ?? 0
    })
    const perMinute = new Map<number, number>()
    for (const start of starts) {
      const minute = Math.floor(start / MINUTE_MS)
      perMinute.set(minute, (perMinute.get(minute) ?? 0) + 1)
    }
    expect(Math.max(...perMinute.values())).toBeLessThan(200)
  })

  it('of a cron expression comes after its time by a tenth of the interval at most, and no more than ten minutes', () => {
    fc.assert(
      fc.property(ids, instants, zones, fc.constantFrom(...CRONS), (id, after, timeZone, schedule) => {
        const at = nextRunAt({ id, schedule, timeZone }, after) ?? 0
        let own = 0
        let interval = 0
        for (let time = at - LIMITS.monitorOffsetMsMax - SECOND_MS; time <= at; time += interval) {
          own = time
          interval = (cronAfter(schedule, timeZone, time) ?? 0) - time
        }
        expect(at - own).toBeLessThanOrEqual(Math.min(interval / 10, LIMITS.monitorOffsetMsMax))
      }),
    )
  })

  it('of two monitors with one expression is not the same', () => {
    expect(slot('0 9 * * *', NOW)).toBe('2026-03-01T09:00:00.000Z')
    expect(slot('0 9 * * *', NOW, { id: LATE })).toBe('2026-03-01T09:09:59.999Z')
    expect(slot('*/5 * * * *', NOW, { id: LATE })).toBe('2026-03-01T00:00:29.999Z')
  })

  it('is still to come when its time is past and its offset is not', () => {
    expect(slot('0 9 * * *', '2026-03-01T09:05:00Z', { id: LATE })).toBe('2026-03-01T09:09:59.999Z')
    expect(slot('0 9 * * *', '2026-03-01T09:09:59.999Z', { id: LATE })).toBe('2026-03-02T09:09:59.999Z')
  })

  it('keeps its time of day when the clocks change', () => {
    const midnight = { timeZone: 'Europe/Berlin' }
    expect(slots(3, 'daily', '2026-03-28T00:00:00Z', midnight)).toEqual([
      '2026-03-28T23:00:00.000Z',
      '2026-03-29T22:00:00.000Z',
      '2026-03-30T22:00:00.000Z',
    ])
    expect(slots(2, 'weekly', '2026-03-20T00:00:00Z', midnight)).toEqual([
      '2026-03-21T23:00:00.000Z',
      '2026-03-28T23:00:00.000Z',
    ])
  })

  it('comes right after a change that leaves its time out, and once when the time comes twice', () => {
    const newYork = { timeZone: 'America/New_York' }
    expect(slots(3, '30 2 * * *', '2026-03-07T05:00:00Z', newYork)).toEqual([
      '2026-03-07T07:30:00.000Z',
      '2026-03-08T07:00:00.000Z',
      '2026-03-09T06:30:00.000Z',
    ])
    expect(slots(3, '30 1 * * *', '2026-10-31T05:00:00Z', newYork)).toEqual([
      '2026-10-31T05:30:00.000Z',
      '2026-11-01T05:30:00.000Z',
      '2026-11-02T06:30:00.000Z',
    ])
  })
})

describe('several times a day', () => {
  // In 2026 Berlin's clocks left out 2:00 to 3:00 on 29 March, and showed 2:00 to 3:00 twice on 25 October.
  it.each([
    ['0 2,14 * * *', '2026-03-28T14:00', ['03-29T01:00', '03-29T12:00', '03-30T00:00']],
    ['0 2,14 * * *', '2026-10-24T22:00', ['10-25T00:00', '10-25T13:00', '10-26T01:00']],
    ['15,45 1-3 * * *', '2026-03-28T23:30', ['03-29T00:15', '03-29T00:45', '03-29T01:00', '03-29T01:15']],
    ['15,45 1-3 * * *', '2026-10-24T23:50', ['10-25T00:15', '10-25T00:45', '10-25T02:15']],
    ['0 */2 * * *', '2026-03-28T22:30', ['03-28T23:00', '03-29T01:00', '03-29T02:00']],
    ['0 */2 * * *', '2026-10-24T21:30', ['10-24T22:00', '10-25T00:00', '10-25T03:00']],
    ['0 * * * *', '2026-03-28T23:30', ['03-29T00:00', '03-29T01:00', '03-29T02:00']],
    ['0 * * * *', '2026-10-24T23:30', ['10-25T00:00', '10-25T01:00', '10-25T02:00']],
  ])('%s after %s', (schedule, after, expected) => {
    const found = slots(expected.length, schedule, `${after}:00Z`, { timeZone: 'Europe/Berlin' })
    expect(found).toEqual(expected.map((time) => `2026-${time}:00.000Z`))
  })

  it('come once or right after the change in any zone', () => {
    const lordHowe = { timeZone: 'Australia/Lord_Howe' }
    expect(slots(2, '15 2,14 * * *', '2026-10-03T12:00:00Z', lordHowe)).toEqual([
      '2026-10-03T15:30:00.000Z',
      '2026-10-04T03:15:00.000Z',
    ])
    // Apia left out a whole day.
    expect(slots(3, '0 0,12 * * *', '2011-12-29T12:00:00Z', { timeZone: 'Pacific/Apia' })).toEqual([
      '2011-12-29T22:00:00.000Z',
      '2011-12-30T10:00:00.000Z',
      '2011-12-30T22:00:00.000Z',
    ])
  })
})

describe('a schedule', () => {
  it.each(['hourly', 'daily', 'weekly', ...CRONS, '0 0 * jan sun', '58 23 * * *', '0 12 31 1,3 *'])(
    'may be %s',
    (schedule) => {
      expect(scheduleFault(schedule, NOW)).toBeNull()
    },
  )

  it.each([
    ['', /five fields/],
    ['monthly', /five fields/],
    ['@daily', /five fields/],
    ['* * * *', /five fields/],
    ['0 0 9 * * *', /five fields/],
    ['0 9 L * *', /five fields/],
    ['0 9 * * MON#2', /five fields/],
    ['0 9 * * MONDAY', /five fields/],
    ['60 * * * *', /cannot be read: Invalid value for minute: 60/],
    ['5-1 * * * *', /cannot be read/],
    ['0/5 * * * *', /cannot be read/],
    ['0 0 30 2 *', /never comes/],
    ['* * * * *', /at least 5 minutes/],
    ['*/4 * * * *', /at least 5 minutes/],
    ['0,58 * * * *', /at least 5 minutes/],
    ['0,4 0 29 2 *', /at least 5 minutes/],
    ['0,58 0,23 * * *', /at least 5 minutes/],
    [`${'0,'.repeat(60)}0 * * * *`, /at most 100 characters/],
  ])('may not be %j', (schedule, message) => {
    expect(scheduleFault(schedule, NOW)).toMatch(message)
  })

  it.each(['0,4 9 * * *', '0,58 0,23 * * *', '*/4 23 31 12 *'])(
    'such as %s is refused at whatever moment it is given',
    (schedule) => {
      fc.assert(
        fc.property(instants, (now) => {
          expect(scheduleFault(schedule, now)).toMatch(/at least 5 minutes/)
        }),
      )
    },
  )

  it('that is garbage is refused and never thrown at', () => {
    const field = fc.stringMatching(/^[\d*,/-]{1,8}$/)
    const expression = fc.array(field, { minLength: 5, maxLength: 5 }).map((fields) => fields.join(' '))
    fc.assert(
      fc.property(fc.oneof(expression, fc.string({ maxLength: 100 })), (schedule) => {
        const fault = scheduleFault(schedule, NOW)
        const next =
          fault === null ? nextRunAt({ id: EARLY, schedule, timeZone: 'Europe/Berlin' }, NOW) : Infinity
        expect(next).toBeGreaterThan(NOW)
      }),
    )
  })
})

describe('a time zone', () => {
  it.each(ZONES)('may be %s', (name) => {
    expect(isTimeZone(name)).toBe(true)
  })

  it.each(['', '+02:00', 'Europe', 'Europe/Nowhere', 'Europe/Berlin\n', '../etc'])(
    'may not be %j',
    (name) => {
      expect(isTimeZone(name)).toBe(false)
    },
  )
})
