import { describe, expect, it } from 'vitest'
import { createSeededRandom, createVirtualClock } from '../../test/support/virtual-clock.ts'
import type { Clock } from './clock.ts'
import { createIds, runIdFrom, validationIdOf } from './ids.ts'

describe('ids', () => {
  it('are UUIDv7: version, variant and the time in front', () => {
    const clock = createVirtualClock(0x0123_4567_89ab)
    const uuid = createIds(clock, createSeededRandom(3)).uuid()
    expect(uuid).toMatch(/^01234567-89ab-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
  })

  it('sort in the order they were made, also within a millisecond and when the clock steps back', () => {
    let now = 1_000
    const clock: Clock = { ...createVirtualClock(), now: () => now }
    const ids = createIds(clock, createSeededRandom(4))
    const made: string[] = []
    for (let index = 0; index < 20_000; index++) {
      if (index === 12_000) now -= 500
      made.push(ids.make('evt'))
    }
    expect([...made].sort()).toEqual(made)
    expect(new Set(made).size).toBe(made.length)
  })
})

describe('a run’s two names', () => {
  const uuid = '550e8400-e29b-41d4-a716-446655440000'

  it('are told apart and turned into each other', () => {
    expect(validationIdOf(uuid)).toBe('val_550e8400e29b41d4a716446655440000')
    expect(runIdFrom('val_550e8400e29b41d4a716446655440000')).toBe(uuid)
    expect(runIdFrom(uuid.toUpperCase())).toBe(uuid)
  })

  it.each(['', 'val_', 'val_123', `${uuid}0`, 'val_550e8400e29b41d4a71644665544000g', '../etc'])(
    'are refused: %j',
    (name) => {
      expect(runIdFrom(name)).toBeNull()
    },
  )
})
