import { createHmac, createPublicKey, verify, type KeyObject } from 'node:crypto'
import type { SecretLife } from './history.ts'

/** What one request's signatures are checked over. */
export interface Signed {
  id: string
  timestamp: string
  body: Buffer
}

/** Whether a signature of `webhook-signature`, such as `v1,…`, was made with this key. Told from the specification. */
export function signedWith(key: SecretLife['key'], signature: string, signed: Signed): boolean {
  const [scheme, value = ''] = signature.split(',', 2)
  if (scheme !== key.scheme) return false
  const prefix = `${signed.id}.${signed.timestamp}.`
  if (key.scheme === 'v1') {
    const hmac = createHmac('sha256', standardKey(key.secret)).update(prefix).update(signed.body)
    return hmac.digest('base64') === value
  }
  const content = Buffer.concat([Buffer.from(prefix), signed.body])
  return verify(null, content, publicKeyOf(key.publicKey), Buffer.from(value, 'base64'))
}

/** The headers of both documentations: hex over the body alone, keyed with the secret's literal bytes. */
export function legacySignature(secret: string, body: Buffer): string {
  return `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`
}

/** The decoded part of a `whsec_` secret; the literal bytes of any other, or of one that does not decode. */
function standardKey(secret: string): Buffer {
  const literal = Buffer.from(secret)
  if (!secret.startsWith('whsec_')) return literal
  const text = secret.slice('whsec_'.length)
  const decoded = Buffer.from(text, 'base64')
  return decoded.toString('base64').replace(/=+$/, '') === text.replace(/=+$/, '') ? decoded : literal
}

const publicKeys = new Map<string, KeyObject>()

/** `whpk_` and the base64 of the 32 bytes. */
function publicKeyOf(text: string): KeyObject {
  const known = publicKeys.get(text)
  if (known !== undefined) return known
  const x = Buffer.from(text.replace(/^whpk_/, ''), 'base64').toString('base64url')
  const key = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' })
  publicKeys.set(text, key)
  return key
}
