import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createDueQueue } from './due-queue.ts'

describe('the due queue', () => {
  it('gives back what is due, earliest first, and keeps the rest', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(1_000)), fc.nat(1_000), (times, now) => {
        const queue = createDueQueue<number>()
        for (const time of times) queue.add(time, time)
        expect(queue.earliest()).toBe(times.length === 0 ? null : Math.min(...times))
        const taken: number[] = []
        for (let item = queue.takeDue(now); item !== null; item = queue.takeDue(now)) taken.push(item)
        expect(taken).toEqual(times.filter((time) => time <= now).sort((a, b) => a - b))
        const later = times.filter((time) => time > now)
        expect(queue.earliest()).toBe(later.length === 0 ? null : Math.min(...later))
      }),
    )
  })
})
