import type { Scenario } from '../scenario.ts'
import type { WorldOptions } from '../world.ts'

/** A bug planted into the store, the rules it is handed, or the sender, which the checker must catch. */
export interface Mutation {
  name: string
  /** The invariant that has to catch it; others may as well. */
  invariant: number
  /** What makes the bug show soon. */
  scenario?: Partial<Scenario>
  options: WorldOptions
}

/** Traffic, owners and crashes, in an eighth of a day. */
export const BUSY: Partial<Scenario> = {
  hours: 3,
  organizations: 2,
  webhooksPerOrganization: 4,
  slots: 40,
  slotsPerWebhook: 5,
  eventsPerHour: 60,
  burstsPerHour: 0.5,
  ownerActionsPerHour: 12,
  retentionMs: null,
  keepsLog: false,
  hangingBeside: 0,
  moveRowsPerSlice: 10,
  faultsPerDay: {
    crash: 12,
    restart: 0,
    freeze: 0,
    storeErrors: 0,
    diskFull: 0,
    clockStep: 0,
    noDescriptors: 0,
    noResolver: 0,
    noNetwork: 0,
  },
}
