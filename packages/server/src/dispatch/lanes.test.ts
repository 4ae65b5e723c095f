import { describe, expect, it } from 'vitest'
import { sampleWebhook } from '../../test/support/samples.ts'
import { createLanes, IDLE_LANES_MAX } from './lanes.ts'

describe('lanes', () => {
  it('remember an idle one: how slow it is, what it has earned, what its rate limit counts', () => {
    const lanes = createLanes()
    const lane = Object.assign(lanes.of('webhook_1', 1), {
      allowance: 7,
      slow: true,
      webhook: sampleWebhook(),
    })
    lanes.dropIfIdle(lane)
    expect(lanes.get('webhook_1')).toBeUndefined()
    expect([...lanes.all()]).toEqual([])
    expect(lanes.of('webhook_1', 1)).toBe(lane)
    expect(lane).toMatchObject({ allowance: 7, slow: true, webhook: null })
    expect(lanes.get('webhook_1')).toBe(lane)
  })

  it('keep one that has work', () => {
    const lanes = createLanes()
    const lane = lanes.of('webhook_1', 1)
    lane.nextDueAt = 1
    lanes.dropIfIdle(lane)
    expect(lanes.get('webhook_1')).toBe(lane)
  })

  it('remember one that was stopped as one that may have been started since', () => {
    const lanes = createLanes()
    const lane = Object.assign(lanes.of('webhook_1', 1), { stopped: true, allowance: 7 })
    lanes.dropIfIdle(lane)
    expect(lanes.of('webhook_1', 1)).toBe(lane)
    expect(lane).toMatchObject({ stopped: false, allowance: 7 })
  })

  it('forget the one idle longest when there are too many', () => {
    const lanes = createLanes()
    const idle = Array.from({ length: IDLE_LANES_MAX + 1 }, (_, index) => lanes.of(`webhook_${index}`, 1))
    for (const lane of idle) lanes.dropIfIdle(lane)
    expect(lanes.of('webhook_0', 1)).not.toBe(idle[0])
    expect(lanes.of('webhook_1', 1)).toBe(idle[1])
  })
})
