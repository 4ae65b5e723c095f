import { describe, expect, it } from 'vitest'
import { failedReport, sampleDelivery, sampleEvent, sampleWebhook } from '../../test/support/samples.ts'
import { createVirtualClock } from '../../test/support/virtual-clock.ts'
import { notSentReport, type AttemptReport } from '../core/attempt.ts'
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

describe('attempts that were not sent', () => {
  it('are told once in a while, and counted, whichever deliveries they are of', async () => {
    const { clock, lines, log } = logged()
    const webhook = sampleWebhook()
    const settle = (id: string, report: AttemptReport) => {
      const delivery = sampleDelivery({ id })
      const outcome = { stale: false, delivery, webhook, stopped: false, unblocked: false } as const
      log.attemptSettled({ delivery, event: sampleEvent() }, report, outcome)
    }
    for (let times = 0; times < 60; times += 1) settle(`dlv_${times}`, notSentReport(0, 'No descriptors.'))
    settle('dlv_0', notSentReport(0, 'No memory.'))
    settle('dlv_0', failedReport())
    settle('dlv_0', failedReport())
    await clock.advance(REPEAT_MS)
    settle('dlv_0', notSentReport(0, 'No descriptors.'))
    expect(lines.map(({ error_code: code, error, repeated }) => [code, error, repeated])).toEqual([
      ['not_sent', 'No descriptors.', undefined],
      ['not_sent', 'No memory.', undefined],
      [failedReport().error?.code, failedReport().error?.message, undefined],
      [failedReport().error?.code, failedReport().error?.message, undefined],
      ['not_sent', 'No descriptors.', 59],
    ])
  })
})
