import { createSecretKey, randomBytes, type KeyObject } from 'node:crypto'
import { decodeSecretBase64 } from './base64.ts'

/** What a generated secret starts with (Standard Webhooks); the rest is the key in base64. */
export const SECRET_PREFIX = 'whsec_'

const GENERATED_KEY_BYTES = 32

/** A new signing secret: `whsec_` and the base64 of 32 random bytes. */
export function generateSecret(): string {
  return SECRET_PREFIX + randomBytes(GENERATED_KEY_BYTES).toString('base64')
}

/**
 * The key of the legacy hex signatures: the secret's own UTF-8 bytes, prefix and all.
 *
 * A KeyObject and not the bytes, because node:crypto would otherwise make one for every signature, which takes several
 * times as long as the signature itself. Throws a TypeError on an empty secret: anyone could sign with that.
 */
export function literalKey(secret: string): KeyObject {
  assertSecret(secret)
  return createSecretKey(secret, 'utf8')
}

/**
 * The key of Standard Webhooks `v1`: what the base64 part of a `whsec_` secret decodes to; the literal UTF-8 bytes of any
 * other secret and of a `whsec_` one that does not decode. Throws a TypeError on an empty secret.
 */
export function v1Key(secret: string): KeyObject {
  assertSecret(secret)
  const decoded = secret.startsWith(SECRET_PREFIX)
    ? decodeSecretBase64(secret.slice(SECRET_PREFIX.length))
    : null
  return decoded === null ? literalKey(secret) : createSecretKey(decoded)
}

function assertSecret(secret: unknown): asserts secret is string {
  if (typeof secret !== 'string' || secret === '') throw new TypeError('A secret must be a non-empty string.')
}
