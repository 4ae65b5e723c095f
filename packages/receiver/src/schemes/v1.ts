import { createHmac, type KeyObject } from 'node:crypto'
import { WEBHOOK_SIGNATURE_HEADER } from '../headers/names.ts'
import { decodeCanonicalBase64 } from '../keys/base64.ts'
import { v1Key } from '../keys/secret-key.ts'
import { includesDigest } from './digest.ts'
import type { Sign, SignatureScheme, SignedContent } from './scheme.ts'
import { findStandardSignatures, standardForm, standardOpening } from './standard-signatures.ts'

const DIGEST_BYTES = 32

/**
 * Signs requests with Standard Webhooks `v1`: base64 HMAC-SHA256 of `id.timestamp.body`. The returned function takes the
 * event's id, the attempt's time in whole seconds and the raw body, and gives the value of `webhook-signature`: one
 * signature for each secret, in their order, separated by spaces, which is how a rotation keeps both secrets valid.
 * Make it once per set of secrets. Throws a TypeError on no secret or an empty one.
 */
export function createV1Signer(secrets: readonly string[]): Sign {
  const keys = secrets.map(v1Key)
  if (keys.length === 0) throw new TypeError('At least one secret is needed to sign.')
  return (id, timestampSeconds, body) => {
    const opening = standardOpening(id, timestampSeconds)
    let value = ''
    for (const key of keys) {
      value += `${value === '' ? '' : ' '}v1,${hmac(key, opening, body).digest('base64')}`
    }
    return value
  }
}

/** Standard Webhooks with a shared secret. */
export const v1 = {
  name: 'v1',
  summary: 'HMAC-SHA256 with the secret',
  header: WEBHOOK_SIGNATURE_HEADER,
  keyKind: 'secret',
  signsDelivery: true,
  signatureForm: standardForm('v1'),
  createSigner: (secret: string) => createV1Signer([secret]),
  findSignatures: (headerValue: string) => findStandardSignatures(headerValue, 'v1'),
  decodeSignature: decodeDigest,
  verifySignatures: verifyDigests,
} as const satisfies SignatureScheme

function decodeDigest(text: string): Uint8Array | null {
  const bytes = decodeCanonicalBase64(text)
  return bytes?.length === DIGEST_BYTES ? bytes : null
}

function verifyDigests(secret: string, content: SignedContent, signatures: readonly Uint8Array[]): boolean {
  const expected = hmac(v1Key(secret), standardOpening(content.id, content.timestamp), content.body).digest()
  return includesDigest(signatures, expected)
}

function hmac(key: KeyObject, opening: string, body: Uint8Array) {
  return createHmac('sha256', key).update(opening).update(body)
}
