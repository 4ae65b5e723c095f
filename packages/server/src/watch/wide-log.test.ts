import { describe, expect, it } from 'vitest'
import { createVirtualClock } from '../../test/support/virtual-clock.ts'
import { Problem } from '../core/errors.ts'
import { createLoggerOn } from '../telemetry/logger.ts'
import { REPEAT_MS } from './repeats.ts'
import { createWideLog } from './wide-log.ts'

function logged() {
  const clock = createVirtualClock()
  const lines: Record<string, unknown>[] = []
  const logger = createLoggerOn('info', {
    write: (text: string) => void lines.push(JSON.parse(text) as Record<string, unknown>),
  })
  return { clock, lines, log: createWideLog(logger, clock) }
}

describe('failures', () => {
  it('are told, with what was being done', () => {
    const { lines, log } = logged()
    log.failure(new Error('no way'), 'committing work')
    expect(lines).toMatchObject([
      {
        level: 'error',
        msg: 'failed while committing work',
        doing: 'committing work',
        err: { message: 'no way' },
      },
    ])
    expect(lines[0]).not.toHaveProperty('repeated')
  })

  it('that say the same are told once in a while, and counted', async () => {
    const { clock, lines, log } = logged()
    const full = () => log.failure(new Problem('store_full', 'The disk is full'), 'claiming due deliveries')
    for (let times = 0; times < 1_000; times += 1) full()
    log.failure(new Problem('store_full', 'The disk is full'), 'committing work')
    log.failure(new Error('another cause'), 'claiming due deliveries')
    expect(lines).toHaveLength(3)
    await clock.advance(REPEAT_MS)
    full()
    full()
    expect(lines).toHaveLength(4)
    expect(lines[3]).toMatchObject({ doing: 'claiming due deliveries', repeated: 999 })
  })

  it('of any number of kinds are all told', () => {
    const { lines, log } = logged()
    for (let kind = 0; kind < 1_000; kind += 1) log.failure(new Error(`cause ${kind}`), 'committing work')
    expect(lines).toHaveLength(1_000)
  })
})
