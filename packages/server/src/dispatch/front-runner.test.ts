import { describe, expect, it } from 'vitest'
import { sampleDelivery } from '../../test/support/samples.ts'
import { frontRunnerAfter } from './front-runner.ts'

const failing = { failureCount: 3 }
const first = sampleDelivery({ id: 'dlv_1', tries: 1, dueAt: 100 })
const before = frontRunnerAfter(null, first, failing)

describe('the front-runner', () => {
  it('is the delivery that failed first', () => {
    expect(before).toEqual({ deliveryId: 'dlv_1', tries: 1, dueAt: 100 })
    expect(frontRunnerAfter(before, sampleDelivery({ id: 'dlv_2', tries: 1, dueAt: 90 }), failing)).toBe(
      before,
    )
  })

  it('goes on as its own retries fail', () => {
    expect(frontRunnerAfter(before, { ...first, tries: 2, dueAt: 400 }, failing)).toMatchObject({
      tries: 2,
      dueAt: 400,
    })
  })

  it('is overtaken by one that is further in its schedule', () => {
    expect(frontRunnerAfter(before, sampleDelivery({ id: 'dlv_3', tries: 2 }), failing)).toMatchObject({
      deliveryId: 'dlv_3',
    })
  })

  it('is forgotten when it has ended, and with the first success', () => {
    expect(frontRunnerAfter(before, { ...first, state: 'exhausted', dueAt: null }, failing)).toBeNull()
    const other = sampleDelivery({ id: 'dlv_2', state: 'exhausted', dueAt: null })
    expect(frontRunnerAfter(before, other, failing)).toBe(before)
    expect(frontRunnerAfter(before, other, { failureCount: 0 })).toBeNull()
  })
})
