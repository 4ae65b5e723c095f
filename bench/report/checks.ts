import { Webhook } from 'standardwebhooks'
import type { ArrivalReport, Sample } from '../load/arrivals.ts'

/** What the benchmark found wrong with results; times and rates are no part of it. */
export interface Checks {
  /** Judges one measurement: nothing refused, nothing lost, nothing twice, signatures right. */
  flow(what: string, posted: Posted, arrivals: ArrivalReport): void
  /** The same of deliveries that were waiting, of which at least so many had to arrive. */
  backlog(what: string, deliveriesMin: number, arrivals: ArrivalReport): void
  /** Anything else that is wrong. */
  fault(what: string, fault: string): void
  readonly totals: CheckTotals
}

export interface Posted {
  accepted: number
  refused: number
  reason: string | null
  /** How many receivers each event must reach. */
  receivers: number
  isSigned: boolean
}

export interface CheckTotals {
  measurements: number
  events: number
  deliveries: number
  signatures: number
  faults: string[]
}

export function createChecks(secret: string): Checks {
  const oracle = new Webhook(secret)
  const totals: CheckTotals = { measurements: 0, events: 0, deliveries: 0, signatures: 0, faults: [] }

  const fault = (what: string, text: string): void => void totals.faults.push(`${what}: ${text}`)

  function judge(what: string, faults: readonly string[], { unique, samples }: Judged): void {
    totals.measurements += 1
    totals.deliveries += unique
    totals.signatures += samples.length
    const wrong = samples.flatMap((sample) => signatureFaults(oracle, sample))
    for (const text of [...faults, ...wrong]) fault(what, text)
  }

  return {
    totals,
    fault,
    flow(what, posted, arrivals) {
      totals.events += posted.accepted
      const samples = posted.isSigned ? arrivals.samples : []
      const isUnseen = posted.isSigned && arrivals.unique > 0 && samples.length === 0
      const faults = [...faultsOf(posted, arrivals), ...(isUnseen ? ['no signature was there to check'] : [])]
      judge(what, faults, { unique: arrivals.unique, samples })
    },
    backlog(what, deliveriesMin, arrivals) {
      const missing = deliveriesMin - arrivals.unique
      const lost = missing > 0 ? [`${missing} of ${deliveriesMin} deliveries did not arrive`] : []
      judge(what, [...lost, ...arrivalFaults(arrivals)], arrivals)
    },
  }
}

type Judged = Pick<ArrivalReport, 'unique' | 'samples'>
type Counted = Pick<ArrivalReport, 'unique' | 'duplicates' | 'strays'>

function faultsOf({ accepted, refused, reason, receivers }: Posted, arrivals: Counted): string[] {
  const owed = accepted * receivers
  const { unique } = arrivals
  return [
    ...(accepted === 0 ? ['no event was accepted'] : []),
    ...(refused > 0 ? [`${refused} events were refused: ${reason ?? 'no reason given'}`] : []),
    ...(unique < owed ? [`${owed - unique} of ${owed} deliveries did not arrive`] : []),
    ...(unique > owed ? [`${unique - owed} deliveries are of events that were not accepted`] : []),
    ...arrivalFaults(arrivals),
  ]
}

function arrivalFaults({ duplicates, strays }: Counted): string[] {
  return [
    ...(duplicates > 0 ? [`${duplicates} deliveries arrived twice`] : []),
    ...(strays > 0 ? [`${strays} deliveries arrived where they were not owed`] : []),
  ]
}

/** Asks the reference implementation of Standard Webhooks. */
function signatureFaults(oracle: Webhook, { head, body }: Sample): string[] {
  const headers = Object.fromEntries(
    [...head.matchAll(/^([\w-]+): *(.*?)\r$/gm)].map(([, name = '', value = '']) => [
      name.toLowerCase(),
      value,
    ]),
  )
  try {
    oracle.verify(body, headers)
    return []
  } catch (error) {
    return [`a signature does not verify: ${String(error)}`]
  }
}
