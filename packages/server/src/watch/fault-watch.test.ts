import { expect, it } from 'vitest'
import { failedReport, sampleReport } from '../../test/support/samples.ts'
import { createVirtualClock, START_MS } from '../../test/support/virtual-clock.ts'
import { notSentReport } from '../core/attempt.ts'
import type { OwnFault } from '../core/own-fault.ts'
import { createFaultWatch, WARNING_KEPT_MS } from './fault-watch.ts'

const DESCRIPTORS: OwnFault = { code: 'out_of_descriptors', scope: 'machine' }
const RESOLVER: OwnFault = { code: 'resolver_down', scope: 'network' }

function setUp() {
  const clock = createVirtualClock()
  const watch = createFaultWatch(clock)
  const fails = (fault: OwnFault, message = 'Ours.') => watch.settled(notSentReport(0, message, fault))
  return { clock, watch, fails }
}

it('tells what is at fault and since when, with the words of the last attempt', async () => {
  const { clock, watch, fails } = setUp()
  fails(DESCRIPTORS)
  await clock.advance(5_000)
  fails(RESOLVER)
  fails(DESCRIPTORS, 'Still ours.')
  expect(watch.warnings()).toEqual([
    { code: 'out_of_descriptors', message: 'Still ours.', since: START_MS },
    { code: 'resolver_down', message: 'Ours.', since: START_MS + 5_000 },
  ])
})

it('takes a warning back once an attempt got through, or the name servers answer', () => {
  const { watch, fails } = setUp()
  fails(DESCRIPTORS)
  fails(RESOLVER)
  watch.settled(failedReport())
  expect(watch.warnings()).toMatchObject([{ code: 'resolver_down' }])
  watch.settled(sampleReport())
  watch.mended('resolver_down')
  expect(watch.warnings()).toEqual([])
})

it('forgets what nothing fails of any more', async () => {
  const { clock, watch, fails } = setUp()
  fails(RESOLVER)
  await clock.advance(WARNING_KEPT_MS)
  expect(watch.warnings()).toHaveLength(1)
  await clock.advance(1)
  expect(watch.warnings()).toEqual([])
})

it('does not warn of a stop, or of an address that a local rule closes', () => {
  const { watch, fails } = setUp()
  fails({ code: 'stopping', scope: 'webhook' })
  fails({ code: 'local_firewall', scope: 'webhook' })
  expect(watch.warnings()).toEqual([])
})

it('does not name the mail server', () => {
  const { watch, fails } = setUp()
  fails({ code: 'mail_relay', scope: 'webhook' }, 'Nothing listens at 10.0.0.7.')
  expect(watch.warnings()).toMatchObject([
    { code: 'mail_relay', message: expect.not.stringContaining('10.0.0.7') },
  ])
})
