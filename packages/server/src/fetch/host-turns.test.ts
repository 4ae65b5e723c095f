import { describe, expect, it } from 'vitest'
import { createVirtualClock } from '../../test/support/virtual-clock.ts'
import { createHostTurns, TurnError, type HostTurns, type HostTurnsOptions, type Turn } from './host-turns.ts'

const WAIT_MS = 1_000

function setUp(options: Partial<HostTurnsOptions> = {}) {
  const clock = createVirtualClock()
  const turns = createHostTurns({
    clock,
    perHostMax: 1,
    turnsMax: 3,
    waitersPerHostMax: 2,
    waitersMax: 4,
    ...options,
  })
  return { clock, turns, ...createLog(turns) }
}

/** Takes turns and tells, in order, who got one and who got none. */
function createLog(turns: HostTurns) {
  const log: string[] = []
  const held = new Map<string, Turn>()
  return {
    log,
    ask: (name: string, host: string): void => {
      turns.take(host, WAIT_MS).then(
        (turn) => {
          held.set(name, turn)
          log.push(name)
        },
        (error: unknown) => log.push(`${name}: ${error instanceof TurnError ? error.failure.code : 'fault'}`),
      )
    },
    end: (name: string): void => held.get(name)?.release(),
  }
}

describe('turns', () => {
  it('one at a time for each host, first come first served', async () => {
    const { clock, log, ask, end } = setUp()
    for (const name of ['a1', 'a2', 'a3', 'b1']) ask(name, name.slice(0, 1))
    await clock.settle()
    expect(log).toEqual(['a1', 'b1'])
    end('a1')
    end('a1')
    await clock.settle()
    expect(log).toEqual(['a1', 'b1', 'a2'])
  })

  it('so many over all hosts', async () => {
    const { clock, log, ask, end } = setUp()
    for (const host of ['a', 'b', 'c', 'd', 'e']) ask(host, host)
    await clock.settle()
    expect(log).toEqual(['a', 'b', 'c'])
    end('b')
    await clock.settle()
    expect(log).toEqual(['a', 'b', 'c', 'd'])
  })

  it('a host that is waited for does not hold up another', async () => {
    const { clock, log, ask, end } = setUp()
    for (const name of ['a1', 'b1', 'c1', 'a2', 'd1']) ask(name, name.slice(0, 1))
    await clock.settle()
    end('c1')
    await clock.settle()
    expect(log).toEqual(['a1', 'b1', 'c1', 'd1'])
  })
})

describe('no turn', () => {
  it('when none comes in time, and the next in line is not held up by who left', async () => {
    const { clock, log, ask, end } = setUp()
    ask('a1', 'a')
    ask('a2', 'a')
    await clock.advance(WAIT_MS / 2)
    ask('a3', 'a')
    await clock.advance(WAIT_MS / 2)
    expect(log).toEqual(['a1', 'a2: host_busy'])
    end('a1')
    await clock.settle()
    expect(log).toEqual(['a1', 'a2: host_busy', 'a3'])
  })

  it('says when it is not the host that is busy', async () => {
    const { clock, log, ask } = setUp({ turnsMax: 1 })
    ask('a', 'a')
    ask('b', 'b')
    await clock.advance(WAIT_MS)
    expect(log).toEqual(['a', 'b: fetches_busy'])
  })

  it('when too many wait for the host, or for all hosts', async () => {
    const { clock, log, ask } = setUp()
    for (const name of ['a1', 'a2', 'a3', 'a4', 'b1', 'b2', 'b3', 'c1', 'd1']) ask(name, name.slice(0, 1))
    await clock.settle()
    expect(log).toEqual(['a1', 'a4: host_busy', 'b1', 'c1', 'd1: fetches_busy'])
  })

  it('once they are closed', async () => {
    const { clock, turns, log, ask, end } = setUp()
    ask('a1', 'a')
    ask('a2', 'a')
    await clock.settle()
    turns.close()
    ask('b1', 'b')
    await clock.settle()
    end('a1')
    await clock.settle()
    expect(log.sort()).toEqual(['a1', 'a2: server_stopping', 'b1: server_stopping'])
  })
})
