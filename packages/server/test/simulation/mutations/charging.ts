import type { AttemptReport } from '../../../src/core/attempt.ts'
import { BUSY, type Mutation } from './mutation.ts'
import { withBatches, withDecisions } from './with-decisions.ts'

/** The machine is in trouble again and again. */
const TROUBLED = {
  ...BUSY,
  faultsPerDay: { ...BUSY.faultsPerDay!, crash: 0, noDescriptors: 48, noResolver: 48, noNetwork: 48 },
}

function charged(report: AttemptReport, code: string): AttemptReport {
  return { ...report, error: { code, message: 'Your server could not be reached.' } }
}

/** The rules count an attempt that was not sent like any other that failed. */
export const ownFaultCounted: Mutation = {
  name: 'an attempt that was not sent counts as a failure',
  invariant: 25,
  scenario: TROUBLED,
  options: {
    plantBug: (store) =>
      withDecisions(store, (decisions) => ({
        settle: (facts) =>
          facts.report?.error?.code === 'not_sent'
            ? decisions.settle({ ...facts, report: charged(facts.report, 'send_failed') })
            : decisions.settle(facts),
      })),
  },
}

/** A fault of ours is reported as the receiver's. */
function misjudged(name: string, scope: 'machine' | 'network', code: string): Mutation {
  return {
    name,
    invariant: 25,
    scenario: TROUBLED,
    options: {
      plantBug: (store) =>
        withBatches(store, (batch) => ({
          ...batch,
          results: batch.results.map((result) =>
            result.report.error?.fault?.scope === scope
              ? { ...result, report: charged(result.report, code) }
              : result,
          ),
        })),
    },
  }
}

export const descriptorsCharged = misjudged(
  'being out of descriptors is charged to the receiver',
  'machine',
  'send_failed',
)
export const networkCharged = misjudged(
  'a network that is down is charged to the receiver',
  'network',
  'connection_timeout',
)

export const standstillCharged: Mutation = {
  name: 'what came to nothing while the process stood still is charged to the receiver',
  invariant: 25,
  scenario: { ...BUSY, hangingBeside: 6, faultsPerDay: { ...BUSY.faultsPerDay!, crash: 0, freeze: 96 } },
  options: {
    plantBug: (store) =>
      withBatches(store, (batch) => ({
        ...batch,
        results: batch.results.map((result) =>
          result.report.outcome === 'unknown'
            ? { ...result, report: { ...charged(result.report, 'timeout'), outcome: 'failed' } }
            : result,
        ),
      })),
  },
}
