import { describe, expect, it } from 'vitest'
import { revise, scheduleKind, type Monitor, type MonitorChanges } from './monitor.ts'

const MONITOR: Monitor = {
  id: 'mon_0198c1a29f4e7c3b8d5e6f7081920a1b',
  organizationId: 1,
  projectId: 'proj_0198c1a29f4e7c3b8d5e6f7081920a1b',
  workflowId: 1,
  name: 'Home',
  url: 'https://example.com/',
  schedule: 'daily',
  timeZone: 'UTC',
  enabled: true,
  nextRunAt: 1_000,
  lastRunId: null,
  lastError: null,
  createdAt: 0,
  updatedAt: 0,
}

const slotAfter = (monitor: Monitor, changes: MonitorChanges): number | null =>
  revise(monitor, changes, () => 2_000, 500).nextRunAt

describe('a change of a monitor', () => {
  it.each([{ schedule: 'hourly' }, { timeZone: 'Europe/Berlin' }])('to %j plans it anew', (changes) => {
    expect(slotAfter(MONITOR, changes)).toBe(2_000)
  })

  it.each([
    { name: 'Shop', url: 'https://example.com/shop', workflowId: 2 },
    { schedule: 'daily', timeZone: 'UTC', enabled: true },
    {},
  ])('to %j leaves its slot alone', (changes) => {
    expect(slotAfter(MONITOR, changes)).toBe(1_000)
  })

  it('that disables it takes its slot, and one that enables it plans the next', () => {
    expect(slotAfter(MONITOR, { enabled: false })).toBeNull()
    const disabled = revise(MONITOR, { enabled: false }, () => 2_000, 500)
    expect(disabled).toEqual({ ...MONITOR, enabled: false, nextRunAt: null, updatedAt: 500 })
    expect(slotAfter(disabled, { schedule: 'hourly' })).toBeNull()
    expect(slotAfter(disabled, { enabled: true })).toBe(2_000)
  })
})

it('a schedule that has no name is a cron expression', () => {
  expect(['hourly', 'daily', 'weekly', '0 9 * * *', 'Daily'].map(scheduleKind)).toEqual([
    'hourly',
    'daily',
    'weekly',
    'cron',
    'cron',
  ])
})
