import type { Dice } from '../dice.ts'

/** What a receiver does with one request. */
export interface Reaction {
  /** How long it takes from having read the request. */
  afterMs: number
  /** Null: it cuts the connection. */
  status: number | null
  headers?: Readonly<Record<string, string>>
  /** What `headers` ask for, in seconds, for the checker. */
  retryAfterSeconds?: number
  /** The answer does not reach the sender. */
  lost?: boolean
  /** What comes behind the status line: as it should be, broken, or not to its end. */
  rest?: 'right' | 'malformed' | 'held'
  /** So long behind its answer it sends another, which nobody asked for. */
  unaskedAfterMs?: number
  /** It closes the connection so long behind its answer, without having said that it would. */
  closeAfterMs?: number
}

/** What a receiver may look at. */
export interface Asked {
  /** The observer's time. */
  at: number
  /** Whether the connection has carried a request before. */
  isReused: boolean
}

/** Something at the other end of a webhook's URL. */
export interface Receiver {
  /** Acknowledges every request at once. */
  prompt: boolean
  /** Null: it never answers. */
  react(asked: Asked): Reaction | null
  /** Where its name leads; a public address unless it says otherwise. Throws what a resolver would. Such a one shares no host. */
  resolve?(at: number): string[]
}

/** Makes one receiver out of a kind, with habits of its own. */
export type MakeReceiver = (dice: Dice) => Receiver
