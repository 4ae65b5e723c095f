import { describe, expect, it } from 'vitest'
import { createLatencies } from './latencies.ts'

describe('latencies', () => {
  it('gives percentiles in milliseconds, to a hundredth', () => {
    const latencies = createLatencies()
    for (let millisecond = 1; millisecond <= 1_000; millisecond++) latencies.add(millisecond * 1_000)
    const { p50, p99, p999, max } = latencies.summary()
    expect(p50).toBeCloseTo(500, 1)
    expect(p99).toBeCloseTo(990, 1)
    expect(p999).toBeCloseTo(999, 1)
    expect(max).toBeCloseTo(1_000, 1)
  })

  it('counts what is longer than two seconds, too', () => {
    const latencies = createLatencies()
    latencies.add(500)
    latencies.add(30_000_000)
    expect(latencies.summary().max).toBeCloseTo(30_000, -1)
  })

  it('counts what is longer than it can tell as the longest it can', () => {
    const latencies = createLatencies()
    latencies.add(1e12)
    expect(latencies.summary().max).toBe(120_000)
  })

  it('starts again from nothing', () => {
    const latencies = createLatencies()
    latencies.add(5_000)
    latencies.clear()
    expect(latencies.summary().max).toBe(0)
  })
})
