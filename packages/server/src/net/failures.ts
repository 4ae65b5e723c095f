import type { ConnectStage } from '../guard/connect-error.ts'

/** How far an exchange came: making its connection, or with the request handed over. */
export type ExchangeStage = ConnectStage | 'sent'

/** The exchange's own end: its time was up. */
export class DeadlineError extends Error {
  override readonly name = 'DeadlineError'
}

/** The other side closed the connection in order, before its answer. */
export class ConnectionClosedError extends Error {
  override readonly name = 'ConnectionClosedError'
}

/** The request cannot be written. The message is a part of a sentence: "The request could not be made: …". */
export class RequestInvalidError extends Error {
  override readonly name = 'RequestInvalidError'
}

/**
 * The answer was cut by us because it has no end or is no answer. The message says what the server did, to be read
 * behind a word for it: "sent an answer without end".
 */
export class ResponseRefusedError extends Error {
  override readonly name = 'ResponseRefusedError'
}

/** The header of an answer, or of what should have become one, is larger than what is read of it. */
export class ResponseHeaderTooLargeError extends Error {
  override readonly name = 'ResponseHeaderTooLargeError'
}
