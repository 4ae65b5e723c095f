/** A claim on an `Idempotency-Key`, made in the transaction that creates what it names. */
export interface IdempotencyClaim {
  organizationId: number
  /** The operation's name, so that one key may be used on two kinds of request. */
  operation: string
  key: string
  /** SHA-256 of what was asked, in hex. */
  requestHash: string
  /** The id of what the request creates. */
  resourceId: string
  /**
   * What the answer showed once and the resource cannot show again (a new API key), sealed; kept as long as the claim, so
   * that a lost answer can be repeated.
   */
  sealedAnswer?: string | null
  createdAt: number
}

export type ClaimVerdict =
  | { outcome: 'free' }
  /** The same request was answered before, and made this. */
  | { outcome: 'replayed'; resourceId: string; sealedAnswer: string | null }
  /** The key was used for a different request. */
  | { outcome: 'conflict' }
