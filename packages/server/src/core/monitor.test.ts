import { describe, expect, it } from 'vitest'
import { sampleRun } from '../../test/support/samples.ts'
import {
  afterFailure,
  afterRun,
  revise,
  scheduleKind,
  untriedMonitor,
  type Monitor,
  type MonitorChanges,
} from './monitor.ts'
import type { Finding, Run } from './run.ts'

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
  ...untriedMonitor(),
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

describe('the end of a run', () => {
  const submission = { ...sampleRun().submission, url: MONITOR.url }
  const runOf = (changes: Partial<Run>): Run => ({ ...sampleRun(), submission, findings: [], ...changes })
  const error = (message: string): Finding => ({
    severity: 'error',
    code: 'timeout',
    message,
    path: '',
    property: null,
    schemaType: null,
  })
  const failed = runOf({ id: 'run-1', result: 'ERROR', findings: [error('No page.')] })

  it.each(['ERROR', 'TIMED_OUT', 'UNKNOWN'] as const)(
    'as %s makes the monitor fail, and is to be told',
    (result) => {
      expect(afterRun(MONITOR, { ...failed, result }, 7)).toEqual({
        ...MONITOR,
        lastRunId: 'run-1',
        health: 'failing',
        failureCount: 1,
        failingSince: 7,
        lastError: 'No page.',
        telling: { ...MONITOR.telling, dueAt: 7 },
      })
    },
  )

  it('counts failures in a row, from the first on', () => {
    const twice = afterRun(afterRun(MONITOR, failed, 7), failed, 9)
    expect(twice).toMatchObject({ failureCount: 2, failingSince: 7, telling: { dueAt: 7 } })
  })

  it.each(['PASS', 'FAIL'] as const)(
    'as %s makes it healthy, and what nobody was told needs no telling',
    (result) => {
      const failing = afterRun(MONITOR, failed, 7)
      expect(afterRun(failing, runOf({ id: 'run-2', result }), 9)).toEqual({ ...MONITOR, lastRunId: 'run-2' })
      const told = { ...failing, telling: { ...failing.telling, state: 'failing', dueAt: null } } as const
      expect(afterRun(told, runOf({ result }), 9).telling.dueAt).toBe(9)
    },
  )

  it('says nothing when it was cancelled, or judged another page', () => {
    const failing = afterRun(MONITOR, failed, 7)
    expect(afterRun(failing, runOf({ result: 'CANCELED' }), 9)).toBe(failing)
    const other = { ...submission, url: 'https://example.com/before' }
    expect(afterRun(failing, runOf({ result: 'PASS', submission: other }), 9)).toBe(failing)
  })

  it('does not hide that there is no slot to come', () => {
    const last = { ...afterFailure(MONITOR, 'No time to come.', 7), nextRunAt: null }
    expect(afterRun(last, runOf({ result: 'PASS' }), 9)).toMatchObject({
      health: 'failing',
      lastError: 'No time to come.',
    })
  })

  it('without a finding still says something', () => {
    const said = (result: Run['result']) => afterRun(MONITOR, runOf({ result }), 7).lastError
    expect([said('TIMED_OUT'), said('ERROR')]).toEqual([
      'The validators took too long.',
      'The validators broke.',
    ])
  })
})
