import { acceptedAndLost, claimIgnored, lostWakeUp, scopeIgnored } from './accepting.ts'
import { descriptorsCharged, networkCharged, ownFaultCounted, standstillCharged } from './charging.ts'
import { lostHeldDelivery, oldSecret, stopUnheard } from './changing.ts'
import { claimRace, forgottenAttempts, staleLeaseWrite } from './leasing.ts'
import type { Mutation } from './mutation.ts'
import { pendingRemoved } from './retaining.ts'
import { connectingForgotten, sharedConnectionLimit, sharedConnections } from './sending.ts'
import {
  forgottenDelivery,
  lastPauseHolds,
  lateDisable,
  miscount,
  oneTooMany,
  pausedFailureCounts,
  pauseIgnored,
  secondTryUntold,
  shortWait,
} from './settling.ts'
import { lostSlice, overtakenOrder, sliceMadeTwice } from './slicing.ts'
import { everyTurnTold, neverTold, newsMakeNews } from './telling.ts'

/** Every planted bug. */
export const MUTATIONS: readonly Mutation[] = [
  claimRace,
  shortWait,
  oneTooMany,
  secondTryUntold,
  lostHeldDelivery,
  staleLeaseWrite,
  forgottenAttempts,
  forgottenDelivery,
  miscount,
  lateDisable,
  pauseIgnored,
  lastPauseHolds,
  pausedFailureCounts,
  acceptedAndLost,
  claimIgnored,
  scopeIgnored,
  lostWakeUp,
  stopUnheard,
  oldSecret,
  pendingRemoved,
  lostSlice,
  sliceMadeTwice,
  overtakenOrder,
  ownFaultCounted,
  descriptorsCharged,
  networkCharged,
  standstillCharged,
  sharedConnectionLimit,
  sharedConnections,
  connectingForgotten,
  newsMakeNews,
  everyTurnTold,
  neverTold,
]
