import { HOUR_MS, MINUTE_MS } from '../../src/core/time.ts'
import { createDice } from './dice.ts'

/** What one run is like. Everything else follows from the seed as it goes. */
export interface Scenario {
  seed: number
  /** Hours with traffic. */
  hours: number
  organizations: number
  webhooksPerOrganization: number
  slots: number
  slotsPerWebhook: number
  /** Events an hour, beside the bursts. */
  eventsPerHour: number
  burstsPerHour: number
  /** More events than a burst mostly has. */
  burstEvents: number
  /** How often an owner does something to a webhook. */
  ownerActionsPerHour: number
  faultsPerDay: Record<Fault, number>
  /** Deliveries that move in one slice when a webhook is stopped or started. */
  moveRowsPerSlice: number
  /** How probable it is that a webhook hears of one type of how others fare; 0.2 when left out. */
  newsShare?: number
  /** Kinds of receivers that webhooks lead to; all kinds when left out. */
  receivers?: readonly string[]
  /** How long finished work is kept; null: for ever. */
  retentionMs: number | null
  /** Webhooks of the first organization that never answer, at the hosts that all organizations share. */
  hangingBeside: number
  /** Whether the log lines are written and read, which takes time. */
  keepsLog: boolean
  /** What a commit makes at once of the deliveries of its events, and each slice of what follows. */
  deliveriesAtOnceMax: number
  fanoutRowsPerSlice: number
  /** Rows that one commit writes. */
  stepRowsMax: number
}

export const FAULTS = [
  'crash',
  'restart',
  'freeze',
  'storeErrors',
  'diskFull',
  'clockStep',
  'noDescriptors',
  'noResolver',
  'noNetwork',
] as const
export type Fault = (typeof FAULTS)[number]

/** Hours of traffic that one seed makes. */
export const HOURS_PER_SEED = 24

export function scenarioOf(seed: number, hours = HOURS_PER_SEED): Scenario {
  const dice = createDice(seed).fork('scenario')
  const slotsPerWebhook = dice.pick([1, 2, 5, 10])
  const webhooksPerOrganization = dice.integer(2, 6)
  const organizations = dice.integer(1, 3)
  const calm = dice.chance(0.1)
  const often = (probability: number, min: number, max: number): number =>
    !calm && dice.chance(probability) ? dice.between(min, max) : 0
  return {
    seed,
    hours,
    organizations,
    webhooksPerOrganization,
    slots: dice.chance(0.3) ? dice.integer(2, 8) : slotsPerWebhook * webhooksPerOrganization * organizations,
    slotsPerWebhook,
    eventsPerHour: dice.between(15, 80),
    burstsPerHour: dice.between(0.1, 1),
    burstEvents: 200,
    ownerActionsPerHour: dice.chance(0.8) ? dice.between(0.5, 12) : 0,
    faultsPerDay: {
      crash: often(0.6, 1, 24),
      restart: often(0.3, 1, 8),
      freeze: often(0.3, 1, 8),
      storeErrors: often(0.4, 1, 12),
      diskFull: often(0.2, 1, 4),
      clockStep: often(0.25, 1, 6),
      ...ownFaults(seed, calm),
    },
    moveRowsPerSlice: dice.pick([1, 3, 10, 50, 1_000]),
    retentionMs: dice.chance(0.25) ? dice.between(30 * MINUTE_MS, 4 * HOUR_MS) : null,
    keepsLog: dice.chance(0.2),
    deliveriesAtOnceMax: dice.pick([0, 1, 2, 500]),
    fanoutRowsPerSlice: dice.pick([1, 2, 5, 500]),
    stepRowsMax: dice.pick([4, 20, 1_000, 1_000]),
    hangingBeside: dice.chance(0.15) ? dice.integer(6, 16) : 0,
  }
}

/** With dice of their own, so that the rest of a seed is what it was before there were any. */
function ownFaults(seed: number, calm: boolean): Pick<Record<Fault, number>, OwnFault> {
  const dice = createDice(seed).fork('own faults')
  const often = (): number => (!calm && dice.chance(0.3) ? dice.between(1, 12) : 0)
  return { noDescriptors: often(), noResolver: often(), noNetwork: often() }
}

type OwnFault = 'noDescriptors' | 'noResolver' | 'noNetwork'
