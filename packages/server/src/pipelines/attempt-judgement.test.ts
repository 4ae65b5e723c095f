import { describe, expect, it } from 'vitest'
import { failedReport, sampleReport } from '../../test/support/samples.ts'
import { createStallingClock } from '../../test/support/stalling-clock.ts'
import type { AttemptReport } from '../core/attempt.ts'
import { createWatchfulClock } from '../core/watchful-clock.ts'
import type { OwnFaultCode } from '../core/own-fault.ts'
import { createNetHealth } from '../net/net-health.ts'
import { judgeAttempt } from './attempt-judgement.ts'

function setUp() {
  const stalling = createStallingClock()
  const clock = { ...stalling, ...createWatchfulClock(stalling) }
  const mended: OwnFaultCode[] = []
  const health = createNetHealth(clock, (code) => mended.push(code))
  const { network } = health.senses
  /** As the connection to `origin` tells it, with the report that the attempt comes to. */
  const fail = (origin: string, code = 'connection_timeout'): [AttemptReport, number] => {
    const opening = network.begin(origin, health.now())
    network.failed(opening, health.now())
    return [report(code), opening.begunAt]
  }
  const judge = (report: AttemptReport, begunAt: number, mayWait = () => true) =>
    judgeAttempt({ health, clock }, report, begunAt, mayWait)
  return { clock, mended, health, fail, judge }
}

function report(code: string): AttemptReport {
  return failedReport({ statusCode: null, error: { code, message: 'Not reached.' }, responseHeaders: null })
}

it('holds back what fails first until it is known whose fault it is', async () => {
  const { clock, health, fail, judge } = setUp()
  for (const origin of ['a', 'b', 'c']) health.senses.network.begin(origin, health.now())
  const judged = ['a', 'b', 'c'].map((origin) => judge(...fail(origin)))
  await clock.advance(500)
  for (const { error } of await Promise.all(judged)) {
    expect(error).toMatchObject({
      code: 'not_sent',
      fault: { code: 'network_down', scope: 'network' },
    })
  }
})

it('charges whom it held back once another is reached, or after a minute', async () => {
  const { clock, health, fail, judge } = setUp()
  for (const origin of ['a', 'b', 'c']) {
    health.senses.network.ended(health.senses.network.begin(origin, health.now()))
  }
  await clock.advance(1_000)
  const [first, begunAt] = fail('a')
  const judged = judge(first, begunAt)
  await clock.advance(10_000)
  health.worked('network')
  await clock.advance(500)
  expect(await judged).toBe(first)

  const [second, again] = fail('a')
  let ended = false
  const late = judge(second, again).then((result) => {
    ended = true
    return result
  })
  await clock.advance(59_000)
  expect(ended).toBe(false)
  await clock.advance(1_000)
  expect(await late).toBe(second)
})

it('waits for nothing when nobody may wait', async () => {
  const { health, fail, judge } = setUp()
  for (const origin of ['a', 'b', 'c']) health.senses.network.begin(origin, health.now())
  const [failed, begunAt] = fail('a')
  expect(await judge(failed, begunAt, () => false)).toBe(failed)
})

it('leaves alone what no fault of ours can be behind', async () => {
  const { health, judge } = setUp()
  health.senses.network.broken()
  for (const code of ['connection_refused', 'timeout', 'tls_untrusted', 'address_denied', 'dns_not_found']) {
    const told = report(code)
    expect(await judge(told, 0)).toBe(told)
  }
})

it('takes any answer for a proof that the network works', async () => {
  const { health, judge, mended } = setUp()
  health.senses.network.broken()
  expect((await judge(report('dns_failed'), 0)).error?.fault).toMatchObject({ code: 'network_down' })
  await judge(sampleReport(), 0)
  expect(mended).toEqual(['network_down'])
})

describe('an attempt during which we stood still', () => {
  /** Stands still for a minute with a timer set, as there is one for each attempt. */
  async function standStill({ clock }: ReturnType<typeof setUp>): Promise<number> {
    const begunAt = clock.monotonic()
    clock.after(1_000, () => undefined)
    clock.standStill(60_000)
    await clock.advance(1_000)
    return begunAt
  }

  async function judged(told: AttemptReport): Promise<AttemptReport> {
    const world = setUp()
    const begunAt = await standStill(world)
    const judging = world.judge(told, begunAt)
    await world.clock.advance(10)
    return judging
  }

  it('is unknown when its request was written and no answer is there', async () => {
    expect(await judged(report('timeout'))).toMatchObject({ outcome: 'unknown', sends: 1, error: null })
  })

  it('was not sent when no request was written', async () => {
    const told = { ...report('connection_timeout'), sends: 0, requestHeaders: { 'webhook-id': 'evt_1' } }
    expect(await judged(told)).toMatchObject({
      outcome: 'failed',
      error: { code: 'not_sent', fault: { code: 'stood_still', scope: 'webhook' } },
      requestHeaders: {},
    })
  })

  it('came to what the answer says, when one is there', async () => {
    for (const told of [sampleReport(), failedReport()]) expect(await judged(told)).toBe(told)
  })

  it('is charged when it began afterwards, or failed too soon for us to have stood still', async () => {
    const world = setUp()
    await standStill(world)
    const begunAt = world.clock.monotonic()
    const told = report('timeout')
    expect(await world.judge(told, begunAt)).toBe(told)
    await world.clock.advance(30_000)
    const later = world.judge(told, begunAt)
    await world.clock.advance(10)
    expect(await later).toBe(told)
  })
})
