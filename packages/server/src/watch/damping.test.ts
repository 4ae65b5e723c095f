import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { LIMITS } from '../core/limits.ts'
import { nothingTold, type Telling } from '../core/telling.ts'
import { HOUR_MS, MINUTE_MS, SECOND_MS } from '../core/time.ts'
import { afterAttempts, toldAnyway, whenDue, type Told } from './damping.ts'

type State = 'good' | 'bad'

const NOW = 1_000 * HOUR_MS
const none = () => []

function attempts(before: Telling<State>, state: State, now: number, byNewsOnly = false): Told<State> {
  return afterAttempts(before, { state, byNewsOnly, now, toldTimes: none })
}

function due(before: Telling<State>, state: State, now = before.dueAt ?? NOW): Told<State> {
  return whenDue(before, { state, now, toldTimes: none })
}

const fresh: Telling<State> = nothingTold('good')

describe('what is told', () => {
  it('is the first turn, at once, and nothing while nothing turns', () => {
    expect(attempts(fresh, 'good', NOW)).toEqual({ tells: false, telling: fresh })
    const { tells, telling } = attempts(fresh, 'bad', NOW)
    expect([tells, telling]).toEqual([
      true,
      {
        ...{ state: 'bad', windowMs: 5 * MINUTE_MS, windowEndsAt: NOW + 5 * MINUTE_MS },
        ...{ dueAt: null, unprompted: 0 },
      },
    ])
    expect(attempts(telling, 'bad', NOW + 1).telling).toBe(telling)
  })

  it('is put off in the window after it, and dropped when the state is as it was told', () => {
    const told = attempts(fresh, 'bad', NOW).telling
    const turned = attempts(told, 'good', NOW + MINUTE_MS)
    expect(turned).toMatchObject({ tells: false, telling: { state: 'bad', dueAt: told.windowEndsAt } })
    expect(attempts(turned.telling, 'bad', NOW + 2 * MINUTE_MS).telling).toEqual(told)
    expect(due(turned.telling, 'good')).toMatchObject({
      tells: true,
      telling: { state: 'good', dueAt: null },
    })
    expect(due(turned.telling, 'bad')).toEqual({ tells: false, telling: told })
  })

  it('comes after windows twice as long each time, up to an hour, and short again after a quiet hour', () => {
    let { telling } = attempts(fresh, 'bad', NOW)
    const minutes = [telling.windowMs]
    for (let turn = 0; turn < 6; turn++) {
      const state = telling.state === 'bad' ? 'good' : 'bad'
      telling = attempts(telling, state, telling.windowEndsAt!).telling
      minutes.push(telling.windowMs)
    }
    expect(minutes.map((ms) => ms / MINUTE_MS)).toEqual([5, 10, 20, 40, 60, 60, 60])
    const end = telling.windowEndsAt!
    const other = telling.state === 'bad' ? 'good' : 'bad'
    expect(attempts(telling, other, end + HOUR_MS - 1).telling.windowMs).toBe(HOUR_MS)
    expect(attempts(telling, other, end + HOUR_MS).telling.windowMs).toBe(5 * MINUTE_MS)
  })

  it('is no more than sixty times within an hour for one organization', () => {
    const times = Array.from({ length: 60 }, (_, index) => NOW - HOUR_MS + (index + 1) * SECOND_MS)
    const turned = { state: 'bad' as const, byNewsOnly: false, now: NOW }
    const full = afterAttempts(fresh, { ...turned, toldTimes: () => times })
    expect(full).toMatchObject({ tells: false, telling: { dueAt: NOW + SECOND_MS, windowEndsAt: null } })
    expect(afterAttempts(fresh, { ...turned, toldTimes: () => times.slice(1) }).tells).toBe(true)
    const later = { state: 'bad' as const, now: NOW + SECOND_MS, toldTimes: () => times.slice(1) }
    expect(whenDue(full.telling, later).tells).toBe(true)
  })

  it('needs no window when it is told by another way', () => {
    const told = attempts(fresh, 'bad', NOW).telling
    const waiting = attempts(told, 'good', NOW + 1).telling
    expect(toldAnyway(waiting, 'good')).toEqual({ ...told, state: 'good' })
  })
})

describe('attempts that carry news', () => {
  it('cause none at once; what they turned is told when a window ends', () => {
    const turned = attempts(fresh, 'bad', NOW, true)
    expect(turned).toMatchObject({ tells: false, telling: { dueAt: NOW + 5 * MINUTE_MS } })
    expect(due(turned.telling, 'bad')).toMatchObject({ tells: true, telling: { unprompted: 1 } })
    const told = attempts(fresh, 'bad', NOW).telling
    expect(attempts(told, 'good', NOW + 1, true).telling.dueAt).toBe(told.windowEndsAt)
  })

  it('are not what is told for ever: only something else begins that anew', () => {
    let telling = fresh
    let tellings = 0
    for (let turn = 0; turn < 50; turn++) {
      const state = telling.state === 'bad' ? 'good' : 'bad'
      ;({ telling } = attempts(telling, state, NOW + turn * 2 * HOUR_MS, true))
      if (telling.dueAt === null) continue
      ;({ telling } = due(telling, state))
      tellings += 1
    }
    expect(tellings).toBe(LIMITS.unpromptedTellingsMax)
    const state = telling.state === 'bad' ? 'good' : 'bad'
    const other = attempts(telling, state, NOW + 200 * HOUR_MS)
    expect(other).toMatchObject({ tells: true, telling: { unprompted: 0 } })
  })
})

describe('any history', () => {
  const step = fc.record({
    afterMs: fc.integer({ min: 0, max: 30 * MINUTE_MS }),
    state: fc.constantFrom<State>('good', 'bad'),
    byNewsOnly: fc.boolean(),
  })

  it('leaves no lie once the windows have ended, unless only news turned it, and tells no more than it may', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const told: { at: number; state: State }[] = []
        let telling = fresh
        let state: State = 'good'
        let now = NOW
        const take = (one: Told<State>): void => {
          ;({ telling } = one)
          if (one.tells) told.push({ at: now, state })
        }
        const waitUntil = (time: number): void => {
          while (telling.dueAt !== null && telling.dueAt <= time) {
            now = telling.dueAt
            take(due(telling, state, now))
          }
          now = time
        }
        for (const { afterMs, state: next, byNewsOnly } of steps) {
          waitUntil(now + afterMs)
          state = next
          take(attempts(telling, state, now, byNewsOnly))
        }
        waitUntil(now + 10 * HOUR_MS)
        expect(telling.dueAt).toBeNull()
        const isUnprompted = telling.unprompted >= LIMITS.unpromptedTellingsMax
        expect(telling.state === state || isUnprompted).toBe(true)
        expect(told.at(-1)?.state ?? 'good').toBe(telling.state)
        told.forEach(({ at, state: one }, index) => {
          const before = told[index - 1]
          expect(before?.state).not.toBe(one)
          if (before !== undefined) expect(at - before.at).toBeGreaterThanOrEqual(5 * MINUTE_MS)
        })
      }),
    )
  })
})
