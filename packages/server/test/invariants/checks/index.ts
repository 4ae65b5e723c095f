import type { Check } from '../check.ts'
import { acceptedEventsSurvive, oneDeliveryEach, owedToThoseThatMatched } from './accepted-events.ts'
import { attemptsKeepToTheSchedule, requestsAreRecorded } from './attempt-log.ts'
import { countersEqualTheLog, rowsCountRight } from './counters.ts'
import {
  acknowledgementsWereGiven,
  deliveredMeansAcknowledged,
  restingDeliveries,
} from './delivery-states.ts'
import { healthFollowsTheRule } from './health.ts'
import { cancelledByItsOwner, heldMeansStopped, replaysAreCarriedOut } from './held-work.ts'
import { oneKeyOneEvent } from './idempotency.ts'
import { oneLiveLease, oneRequestAtATime } from './leases.ts'
import { linesStandAsAsked, linesStandInOrder, orderIsKept } from './ordering.ts'
import { ownFaultsChargeNobody, ownFaultsMoveNothing, standstillsChargeNobody } from './own-faults.ts'
import { promptWebhooksAreServedInTime } from './liveness.ts'
import { newsAreBounded, toldIsTrue } from './news.ts'
import { rateLimitIsKept } from './rate-limit.ts'
import { repeatsHaveAReason, sameBytesUnderOneId } from './repeats.ts'
import { nothingLosesItsParent, retentionTakesFinishedWork } from './retention.ts'
import { rotationsOverlap } from './rotation.ts'
import { noSecretIsWrittenDown } from './secrets.ts'
import { signaturesVerify, timestampsAreFresh } from './signatures.ts'
import { noSocketToDeniedAddresses } from './sockets.ts'
import {
  nothingStartsEarly,
  nothingStartsOnceEnded,
  nothingStartsOnceStopped,
  pausesAreKept,
} from './starts.ts'
import {
  connectionsStayInTheirOrganization,
  requestsStayInTheirOrganization,
  rowsStayInTheirOrganization,
  textsStayInTheirOrganization,
} from './tenants.ts'

/** Every check, in the order of the invariants. */
export const CHECKS: readonly Check[] = [
  acceptedEventsSurvive,
  oneDeliveryEach,
  owedToThoseThatMatched,
  restingDeliveries,
  deliveredMeansAcknowledged,
  acknowledgementsWereGiven,
  requestsAreRecorded,
  attemptsKeepToTheSchedule,
  nothingStartsOnceStopped,
  nothingStartsOnceEnded,
  nothingStartsEarly,
  pausesAreKept,
  oneLiveLease,
  oneRequestAtATime,
  repeatsHaveAReason,
  sameBytesUnderOneId,
  signaturesVerify,
  timestampsAreFresh,
  rotationsOverlap,
  oneKeyOneEvent,
  requestsStayInTheirOrganization,
  rowsStayInTheirOrganization,
  textsStayInTheirOrganization,
  connectionsStayInTheirOrganization,
  rowsCountRight,
  countersEqualTheLog,
  promptWebhooksAreServedInTime,
  heldMeansStopped,
  cancelledByItsOwner,
  replaysAreCarriedOut,
  noSecretIsWrittenDown,
  noSocketToDeniedAddresses,
  retentionTakesFinishedWork,
  nothingLosesItsParent,
  healthFollowsTheRule,
  orderIsKept,
  linesStandInOrder,
  linesStandAsAsked,
  rateLimitIsKept,
  toldIsTrue,
  ownFaultsMoveNothing,
  ownFaultsChargeNobody,
  standstillsChargeNobody,
  newsAreBounded,
]
