import type { ConnectStage } from './guard/connect-error.ts'

/** How far an attempt came: waiting for a free connection, making one, or with the request handed over. */
export type AttemptStage = 'waiting' | ConnectStage | 'sent'

/** The attempt's own end: its time was up. */
export class DeadlineError extends Error {
  override readonly name = 'DeadlineError'
}

/** The answer was cut by us because it has no end or is no answer. The message is a sentence for the owner. */
export class ResponseRefusedError extends Error {
  override readonly name = 'ResponseRefusedError'
}
