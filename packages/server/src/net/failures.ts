import type { ConnectStage } from '../guard/connect-error.ts'

/** How far an exchange came: waiting for a free connection, making one, or with the request handed over. */
export type ExchangeStage = 'waiting' | ConnectStage | 'sent'

/** The exchange's own end: its time was up. */
export class DeadlineError extends Error {
  override readonly name = 'DeadlineError'
}

/**
 * The answer was cut by us because it has no end or is no answer. The message says what the server did, to be read
 * behind a word for it: "sent an answer without end".
 */
export class ResponseRefusedError extends Error {
  override readonly name = 'ResponseRefusedError'
}
