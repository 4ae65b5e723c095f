/** What a signature may cover. The legacy schemes cover the body alone. */
export interface SignedContent {
  readonly body: Uint8Array
  /** Value of `webhook-id`. */
  readonly id: string
  /** Value of `webhook-timestamp`, as the header has it. */
  readonly timestamp: string
}

/**
 * Signs one request with the key it was made for: takes the event's id, the attempt's time in whole seconds and the raw
 * body, and gives what the scheme's header bears for that key.
 */
export type Sign = (id: string, timestampSeconds: number, body: Uint8Array) => string

/** One way of signing a request: how it is signed, found and verified. A new one is a file beside this and a line in `index.ts`. */
export interface SignatureScheme {
  /** What callers name it by in `schemes` and read in a result. */
  readonly name: string
  /** How it signs, as it stands in a table: `HMAC-SHA256 with the secret`. */
  readonly summary: string
  /** Header that bears its signatures. */
  readonly header: string
  /** Which of the caller's keys checks it: the secret that also signs, or the public half of the pair that signs. */
  readonly keyKind: 'secret' | 'publicKey'
  /** Whether `webhook-id` and `webhook-timestamp` are signed too, which is what makes a replay detectable. */
  readonly signsDelivery: boolean
  /** What its signatures look like, as the source of a regular expression, for whoever keeps them out of a log. */
  readonly signatureForm: string
  /**
   * Makes what signs with this key: a secret, or `whsk_…` where the key kind is `publicKey`. Make it once for each key.
   * Throws a TypeError on a key that cannot sign.
   */
  readonly createSigner: (key: string) => Sign
  /** The signatures of this scheme in the header's value, as text; several schemes may share one header. */
  findSignatures(headerValue: string): readonly string[]
  /** The bytes of one such text; null when it is not of the scheme's form, whatever its length. */
  decodeSignature(text: string): Uint8Array | null
  /**
   * Whether one of the decoded signatures is right. Takes them all at once so that a keyed hash is computed only once;
   * compares in constant time and does not throw on any non-empty key.
   */
  verifySignatures(key: string, content: SignedContent, signatures: readonly Uint8Array[]): boolean
}
