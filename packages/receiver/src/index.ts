export { eventType, isEvent } from './events/index.ts'
export type * from './events/index.ts'
export {
  SVS_SIGNATURE_HEADER,
  VALIDIBOT_SIGNATURE_HEADER,
  WEBHOOK_ID_HEADER,
  WEBHOOK_SIGNATURE_HEADER,
  WEBHOOK_TIMESTAMP_HEADER,
} from './headers/names.ts'
export type { HeadersInput } from './headers/read-headers.ts'
export { generateV1aKeyPair, type V1aKeyPair } from './keys/ed25519-key.ts'
export { generateSecret } from './keys/secret-key.ts'
export { createHexSigner } from './schemes/hex-hmac.ts'
export { SCHEMES, type Scheme, type SchemeName } from './schemes/index.ts'
export type { Sign, SignatureScheme, SignedContent } from './schemes/scheme.ts'
export { createV1Signer } from './schemes/v1.ts'
export { createV1aSigner } from './schemes/v1a.ts'
export type { BodyInput } from './verify/body.ts'
export { TOLERANCE_SECONDS_DEFAULT, type VerifyOptions } from './verify/options.ts'
export {
  REFUSAL_REASONS,
  type RefusalReason,
  type Refused,
  type Verified,
  type VerifyResult,
} from './verify/result.ts'
export { refusalStatus } from './verify/refusal-status.ts'
export { verify, type WebhookRequest } from './verify/verify.ts'
