import type { Action } from './action.ts'
import {
  clockStep,
  crash,
  diskFull,
  freeze,
  noDescriptors,
  noNetwork,
  noResolver,
  restart,
  storeErrors,
} from './faults.ts'
import {
  disableWebhook,
  enableWebhook,
  endPause,
  finishSecretRotation,
  flipWebhook,
  patchSchedule,
  patchWebhook,
  pauseWebhook,
  replaceWebhook,
  rotateSecret,
  testWebhook,
} from './owning.ts'
import { burst, trickle } from './publishing.ts'
import { replayWebhook, resendDelivery } from './resending.ts'

/** Everything that may happen in a scenario. Each has dice of its own, so that a new one leaves the others as they were. */
export const ACTIONS: readonly Action[] = [
  trickle,
  burst,
  disableWebhook,
  enableWebhook,
  flipWebhook,
  patchWebhook,
  patchSchedule,
  replaceWebhook,
  testWebhook,
  pauseWebhook,
  endPause,
  rotateSecret,
  finishSecretRotation,
  resendDelivery,
  replayWebhook,
  crash,
  restart,
  freeze,
  storeErrors,
  diskFull,
  clockStep,
  noDescriptors,
  noResolver,
  noNetwork,
]
