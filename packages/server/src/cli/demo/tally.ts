import { ROLES, RECEIVER_NAMES, type Arrival, type ReceiverName } from './receivers.ts'

/** A webhook that must come, known from the run that makes it and from who has subscribed. */
export interface Expected {
  receiver: ReceiverName
  type: string
  runId: string
}

export interface Tally {
  expected: number
  /** Expected webhooks that came at least once. */
  arrived: number
  /** Of those, the ones whose signatures were right and that were taken. */
  verified: number
  /** Attempts that a receiver turned away while it was down. */
  turnedAway: number
  /** Webhooks that were taken and not expected, or taken twice. */
  surplus: number
  missing: Expected[]
  refusals: string[]
}

/** Holds what came against what had to come. */
export function tally(expected: readonly Expected[], arrivals: readonly Arrival[]): Tally {
  const taken = arrivals.filter(({ status }) => status < 300)
  const missing = expected.filter((wanted) => !taken.some((arrival) => isFor(arrival, wanted)))
  const verified = expected.length - missing.length
  return {
    expected: expected.length,
    arrived: expected.filter((wanted) => arrivals.some((arrival) => isFor(arrival, wanted))).length,
    verified,
    turnedAway: arrivals.filter(({ status }) => status >= 500).length,
    surplus: taken.length - verified,
    missing,
    refusals: arrivals.flatMap(({ refusal }) => refusal ?? []),
  }
}

/** Every expected webhook was taken once, and nothing else came. */
export function isComplete({ missing, refusals, surplus }: Tally): boolean {
  return missing.length === 0 && refusals.length === 0 && surplus === 0
}

/** Who of the receivers hears what of a run; `changes` are the events of what is not as it was. */
export function expectedOf(runId: string, result: string, changes: readonly string[] = []): Expected[] {
  const made = ['run.completed', result === 'PASS' ? 'run.succeeded' : 'run.failed']
  if (result === 'FAIL') made.push('validation.failed')
  made.push(...changes)
  return RECEIVER_NAMES.flatMap((receiver) => {
    const heard = made.filter((type) => ROLES[receiver].events.some((event) => event === type))
    return heard.map((type) => ({ receiver, type, runId }))
  })
}

function isFor(arrival: Arrival, wanted: Expected): boolean {
  return (
    arrival.receiver === wanted.receiver && arrival.type === wanted.type && arrival.runId === wanted.runId
  )
}
