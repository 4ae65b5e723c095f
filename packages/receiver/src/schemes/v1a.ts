import { sign, verify } from 'node:crypto'
import { WEBHOOK_SIGNATURE_HEADER } from '../headers/names.ts'
import { decodeCanonicalBase64 } from '../keys/base64.ts'
import { readV1aPrivateKey, readV1aPublicKey } from '../keys/ed25519-key.ts'
import type { Sign, SignatureScheme, SignedContent } from './scheme.ts'
import { findStandardSignatures, standardForm, standardOpening } from './standard-signatures.ts'

const SIGNATURE_BYTES = 64

/**
 * Signs requests with Standard Webhooks `v1a`: ed25519 over `id.timestamp.body`, as `v1a,` and base64. Takes what
 * `createV1Signer` takes and gives one entry of `webhook-signature`, to be joined to others with a space.
 * Throws a TypeError when the private key is not a `whsk_` one.
 */
export function createV1aSigner(privateKey: string): Sign {
  const key = readV1aPrivateKey(privateKey)
  return (id, timestampSeconds, body) => {
    const content = signedBytes(standardOpening(id, timestampSeconds), body)
    return `v1a,${sign(null, content, key).toString('base64')}`
  }
}

/** Standard Webhooks with a key pair: the receiver holds nothing that could sign. */
export const v1a = {
  name: 'v1a',
  summary: 'ed25519 with a key pair of the webhook’s own',
  header: WEBHOOK_SIGNATURE_HEADER,
  keyKind: 'publicKey',
  signsDelivery: true,
  signatureForm: standardForm('v1a'),
  createSigner: createV1aSigner,
  findSignatures: (headerValue: string) => findStandardSignatures(headerValue, 'v1a'),
  decodeSignature,
  verifySignatures,
} as const satisfies SignatureScheme

function decodeSignature(text: string): Uint8Array | null {
  const bytes = decodeCanonicalBase64(text)
  return bytes?.length === SIGNATURE_BYTES ? bytes : null
}

function verifySignatures(
  publicKey: string,
  content: SignedContent,
  signatures: readonly Uint8Array[],
): boolean {
  const key = readV1aPublicKey(publicKey)
  if (key === null) return false
  const signed = signedBytes(standardOpening(content.id, content.timestamp), content.body)
  return signatures.some((signature) => verify(null, signed, key, signature))
}

function signedBytes(opening: string, body: Uint8Array): Buffer {
  return Buffer.concat([Buffer.from(opening, 'utf8'), body])
}
