import type { OutboundRequest } from '../../../src/send/transport.ts'
import type { Dice } from '../dice.ts'

/** What a receiver does with one request. */
export interface Reaction {
  /** How long it takes from having read the request. */
  afterMs: number
  /** Null: it cuts the connection. */
  status: number | null
  retryAfterSeconds?: number
  /** The answer does not reach the sender. */
  lost?: boolean
}

/** Something at the other end of a webhook's URL. */
export interface Receiver {
  /** Acknowledges every request at once. */
  prompt: boolean
  /** Null: it never answers. `at` is the observer's time. */
  react(request: OutboundRequest, at: number): Reaction | null
  /** Where its name leads; a public address unless it says otherwise. Throws what a resolver would. */
  resolve?(at: number): string[]
}

/** Makes one receiver out of a kind, with habits of its own. */
export type MakeReceiver = (dice: Dice) => Receiver
