import { createHash } from 'node:crypto'
import { crc32 } from 'node:zlib'
import type { ApiKey, Scope } from '../core/organization.ts'
import type { Random } from '../core/random.ts'

/**
 * The key's form: `sk_live_`, 32 base62 characters of chance (190 bits), then 6 base62 characters that hold the CRC32
 * of everything before them. The checksum lets a typing error be refused without a look in the store, and lets a
 * secret scanner tell a real key from a look-alike.
 */
const PREFIX = 'sk_live_'
const CHANCE_CHARACTERS = 32
const CHECKSUM_CHARACTERS = 6
const HINT_CHARACTERS = PREFIX.length + 4

const BASE62 = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'
const FORM = /^sk_live_[0-9A-Za-z]{38}$/

/** Bytes from here on would make the first characters of the alphabet likelier than the last. */
const FAIR_BYTES = 256 - (256 % BASE62.length)

/** A fresh key: shown once, never stored. */
export function generateKey(random: Random): string {
  const unchecked = PREFIX + chance(random, CHANCE_CHARACTERS)
  return unchecked + checksum(unchecked)
}

/** Does `text` have the form of a key, with a checksum that fits? Says nothing of whether anybody owns it. */
export function wellFormed(text: string): boolean {
  return FORM.test(text) && checksum(text.slice(0, -CHECKSUM_CHARACTERS)) === text.slice(-CHECKSUM_CHARACTERS)
}

/** SHA-256 of the whole key, in hex: what the store keeps and finds it by. No salt, since a key is all chance. */
export function hashKey(key: string): string {
  return createHash('sha256').update(key).digest('hex')
}

/** The first characters: enough for a person to tell keys apart, useless to anybody else. */
export function hintOf(key: string): string {
  return key.slice(0, HINT_CHARACTERS)
}

export interface NewKey {
  id: string
  organizationId: number
  name: string
  scopes: readonly Scope[]
  /** Milliseconds; null never expires. */
  expiresAt: number | null
  now: number
}

/** The one time that a key is whole: `key` goes to its owner, `row` to the store. */
export function issueKey(wanted: NewKey, random: Random): { key: string; row: ApiKey } {
  const key = generateKey(random)
  return {
    key,
    row: {
      id: wanted.id,
      organizationId: wanted.organizationId,
      name: wanted.name,
      scopes: [...wanted.scopes],
      hash: hashKey(key),
      hint: hintOf(key),
      createdAt: wanted.now,
      expiresAt: wanted.expiresAt,
      revokedAt: null,
      lastUsedAt: null,
    },
  }
}

function chance(random: Random, length: number): string {
  let text = ''
  while (text.length < length) {
    for (const byte of random.bytes(length)) {
      if (byte < FAIR_BYTES && text.length < length) text += BASE62.charAt(byte % BASE62.length)
    }
  }
  return text
}

function checksum(text: string): string {
  let rest = crc32(text)
  let digits = ''
  while (digits.length < CHECKSUM_CHARACTERS) {
    digits = BASE62.charAt(rest % BASE62.length) + digits
    rest = Math.floor(rest / BASE62.length)
  }
  return digits
}
