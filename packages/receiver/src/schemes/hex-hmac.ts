import { createHmac } from 'node:crypto'
import { literalKey } from '../keys/secret-key.ts'
import { includesDigest } from './digest.ts'
import type { Sign, SignatureScheme, SignedContent } from './scheme.ts'

const SIGNATURE_FORM = /^sha256=([0-9a-f]{64})$/

/**
 * Signs bodies for `X-Validibot-Signature` and `X-SVS-Signature`: `sha256=` and the lower-case hex HMAC-SHA256 of the raw
 * body, keyed with the secret's literal UTF-8 bytes. Make it once per secret; the returned function is the fast part.
 * Throws a TypeError on an empty secret.
 */
export function createHexSigner(secret: string): (body: Uint8Array) => string {
  const key = literalKey(secret)
  return (body) => `sha256=${createHmac('sha256', key).update(body).digest('hex')}`
}

/**
 * The two legacy schemes differ in nothing but the header. Only the exact lower-case form is taken, because the receivers
 * in both documentations compare it as text: what they refuse must not pass here.
 */
export function hexHmacScheme<Name extends string>(name: Name, header: string) {
  return {
    name,
    summary: 'HMAC-SHA256 of the body, keyed with the literal bytes of the secret',
    header,
    keyKind: 'secret',
    signsDelivery: false,
    signatureForm: 'sha256=[0-9a-fA-F]{64}',
    createSigner: signerOfBodies,
    findSignatures: (headerValue: string) => [headerValue.trim()],
    decodeSignature: decodeHex,
    verifySignatures: verifyHex,
  } as const satisfies SignatureScheme
}

function signerOfBodies(secret: string): Sign {
  const sign = createHexSigner(secret)
  return (_id, _timestampSeconds, body) => sign(body)
}

function decodeHex(text: string): Uint8Array | null {
  const hex = SIGNATURE_FORM.exec(text)?.[1]
  return hex === undefined ? null : Buffer.from(hex, 'hex')
}

function verifyHex(secret: string, content: SignedContent, signatures: readonly Uint8Array[]): boolean {
  const expected = createHmac('sha256', literalKey(secret)).update(content.body).digest()
  return includesDigest(signatures, expected)
}
