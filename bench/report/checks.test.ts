import { Webhook } from 'standardwebhooks'
import { describe, expect, it } from 'vitest'
import type { ArrivalReport } from '../load/arrivals.ts'
import { createChecks } from './checks.ts'

const SECRET = `whsec_${Buffer.alloc(32, 7).toString('base64')}`
const POSTED = { accepted: 10, refused: 0, reason: null, receivers: 2, isSigned: true }

function arrivals(changes: Partial<ArrivalReport> = {}): ArrivalReport {
  const latency = { p50: 1, p99: 1, p999: 1, max: 1 }
  const counts = { unique: 20, duplicates: 0, strays: 0, hung: 0, firstAt: 1, lastAt: 2 }
  return { ...counts, latency, samples: [sample(SECRET)], ...changes }
}

function sample(secret: string): ArrivalReport['samples'][number] {
  const at = new Date()
  const signature = new Webhook(secret).sign('evt_1', at, '{}')
  const timestamp = Math.floor(at.getTime() / 1_000)
  const headers = `Webhook-Id: evt_1\r\nwebhook-timestamp: ${timestamp}\r\nwebhook-signature: ${signature}\r\n`
  return { head: `POST /e/1 HTTP/1.1\r\n${headers}\r\n`, body: '{}' }
}

function faultsOf(posted: Partial<typeof POSTED>, changes: Partial<ArrivalReport> = {}): string[] {
  const checks = createChecks(SECRET)
  checks.flow('a run', { ...POSTED, ...posted }, arrivals(changes))
  return checks.totals.faults
}

describe('checks', () => {
  it('find nothing wrong with what is right', () => {
    expect(faultsOf({})).toEqual([])
  })

  it.each([
    ['nothing accepted', { accepted: 0 }, { unique: 0 }],
    ['a refusal', { refused: 1 }, {}],
    ['a loss', {}, { unique: 19 }],
    ['more than was accepted', {}, { unique: 21 }],
    ['a double', {}, { duplicates: 1 }],
    ['a stray', {}, { strays: 1 }],
    ['a wrong signature', {}, { samples: [sample(`whsec_${Buffer.alloc(32, 8).toString('base64')}`)] }],
    ['no signature to look at', {}, { samples: [] }],
  ])('find %s', (_, posted, changes) => {
    expect(faultsOf(posted, changes)).toHaveLength(1)
  })

  it('ask what signs nothing for no signature', () => {
    expect(faultsOf({ isSigned: false }, { samples: [{ head: '', body: '' }] })).toEqual([])
  })

  it('find what of a backlog did not come', () => {
    const checks = createChecks(SECRET)
    checks.backlog('a backlog', 21, arrivals())
    expect(checks.totals.faults).toEqual(['a backlog: 1 of 21 deliveries did not arrive'])
  })
})
