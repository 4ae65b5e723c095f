import { randomUUID } from 'node:crypto'
import {
  SVS_SIGNATURE_HEADER,
  VALIDIBOT_SIGNATURE_HEADER,
  WEBHOOK_ID_HEADER,
  WEBHOOK_SIGNATURE_HEADER,
  WEBHOOK_TIMESTAMP_HEADER,
} from './headers/names.ts'
import { createHexSigner } from './schemes/hex-hmac.ts'
import { createV1Signer } from './schemes/v1.ts'
import { createV1aSigner } from './schemes/v1a.ts'

/** Which legacy header comes with Standard Webhooks' three: one, none, or (as on webhook.test) both. */
export type FixtureDialect = 'validibot' | 'validgraph' | 'standard' | 'both'

export interface FixtureOptions {
  /** Signs everything; during a rotation this is the old secret. */
  readonly secret: string
  /** A second secret, as a rotation has it: one more signature in `webhook-signature`. */
  readonly nextSecret?: string | undefined
  /** `whsk_…`: adds a `v1a` signature. */
  readonly privateKey?: string | undefined
  /** The raw body. Send exactly these bytes. */
  readonly body: Uint8Array | string
  /** `webhook-id`; a new one by default. */
  readonly id?: string | undefined
  /** `webhook-timestamp` in seconds; the system's clock by default. */
  readonly timestamp?: number | undefined
  readonly dialect: FixtureDialect
}

const LEGACY_HEADERS: Readonly<Record<FixtureDialect, readonly string[]>> = {
  validibot: [VALIDIBOT_SIGNATURE_HEADER],
  validgraph: [SVS_SIGNATURE_HEADER],
  standard: [],
  both: [VALIDIBOT_SIGNATURE_HEADER, SVS_SIGNATURE_HEADER],
}

/**
 * Signs a body the way the server does and returns the headers to send it with, so that the tests of a receiver need no
 * server. Throws a TypeError on an empty secret or a malformed private key.
 */
export function signFixture(options: FixtureOptions): Record<string, string> {
  const { secret, nextSecret, privateKey, dialect } = options
  const body = Buffer.from(options.body)
  const id = options.id ?? `evt_${randomUUID().replaceAll('-', '')}`
  const timestamp = options.timestamp ?? Math.floor(Date.now() / 1000)
  const secrets = nextSecret === undefined ? [secret] : [secret, nextSecret]
  const signatures = [createV1Signer(secrets)(id, timestamp, body)]
  if (privateKey !== undefined) signatures.push(createV1aSigner(privateKey)(id, timestamp, body))

  const headers: Record<string, string> = {
    'content-type': 'application/json',
    [WEBHOOK_ID_HEADER]: id,
    [WEBHOOK_TIMESTAMP_HEADER]: String(timestamp),
    [WEBHOOK_SIGNATURE_HEADER]: signatures.join(' '),
  }
  for (const name of LEGACY_HEADERS[dialect]) headers[name] = createHexSigner(secret)(body)
  return headers
}
