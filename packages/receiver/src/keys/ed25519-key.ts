import { createPrivateKey, createPublicKey, randomBytes, type KeyObject } from 'node:crypto'
import { decodeCanonicalBase64 } from './base64.ts'

/** Starts the private half of a `v1a` key pair. */
const V1A_PRIVATE_PREFIX = 'whsk_'
/** Starts the public half of a `v1a` key pair. */
const V1A_PUBLIC_PREFIX = 'whpk_'

const KEY_BYTES = 32

// node:crypto imports no raw ed25519 keys, so they are put behind the fixed DER openings of RFC 8410 section 7 and 4.
const PRIVATE_DER_OPENING = Buffer.from('302e020100300506032b657004220420', 'hex')
const PUBLIC_DER_OPENING = Buffer.from('302a300506032b6570032100', 'hex')

/** `whsk_…` to sign with, `whpk_…` to verify with. */
export interface V1aKeyPair {
  privateKey: string
  publicKey: string
}

/** A new ed25519 pair. The private key is written as seed ‖ public key (64 bytes), the form other servers expect. */
export function generateV1aKeyPair(): V1aKeyPair {
  const seed = randomBytes(KEY_BYTES)
  const publicBytes = publicBytesOf(keyOfSeed(seed))
  return {
    privateKey: V1A_PRIVATE_PREFIX + Buffer.concat([seed, publicBytes]).toString('base64'),
    publicKey: V1A_PUBLIC_PREFIX + publicBytes.toString('base64'),
  }
}

/**
 * Reads `whsk_` + base64 of a 32-byte seed, or of the seed followed by its public key. Throws a TypeError on anything
 * else, also on a public half that is not the seed's: such a key would sign what nobody can verify.
 */
export function readV1aPrivateKey(text: string): KeyObject {
  const bytes = decodeKey(text, V1A_PRIVATE_PREFIX)
  if (bytes?.length !== KEY_BYTES && bytes?.length !== 2 * KEY_BYTES) {
    throw new TypeError('A v1a private key is "whsk_" and the base64 of 32 or 64 bytes.')
  }
  const key = keyOfSeed(bytes.subarray(0, KEY_BYTES))
  if (bytes.length === 2 * KEY_BYTES && !publicBytesOf(key).equals(bytes.subarray(KEY_BYTES))) {
    throw new TypeError('The public half of the v1a private key does not belong to its seed.')
  }
  return key
}

/** Reads `whpk_` + base64 of 32 raw bytes; null when it is anything else. */
export function readV1aPublicKey(text: string): KeyObject | null {
  const bytes = decodeKey(text, V1A_PUBLIC_PREFIX)
  if (bytes?.length !== KEY_BYTES) return null
  return createPublicKey({ key: Buffer.concat([PUBLIC_DER_OPENING, bytes]), format: 'der', type: 'spki' })
}

function decodeKey(text: string, prefix: string): Uint8Array | null {
  return text.startsWith(prefix) ? decodeCanonicalBase64(text.slice(prefix.length)) : null
}

function keyOfSeed(seed: Uint8Array): KeyObject {
  return createPrivateKey({ key: Buffer.concat([PRIVATE_DER_OPENING, seed]), format: 'der', type: 'pkcs8' })
}

function publicBytesOf(privateKey: KeyObject): Buffer {
  const der = createPublicKey(privateKey).export({ format: 'der', type: 'spki' })
  return der.subarray(PUBLIC_DER_OPENING.length)
}
