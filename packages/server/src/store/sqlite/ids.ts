import { hyphenate } from '../../core/ids.ts'
import type { IdPrefix } from '../../core/ids.ts'

/** Public ids are 36 to 40 characters; rows hold the 16 bytes those spell. Bytes sort as the text does. */

const DIGITS = /^[0-9a-f]{32}$/

/** An id's bytes; null when it is not an id of that kind, and so names nothing. */
export function findableId(prefix: IdPrefix, id: string): Buffer | null {
  if (!id.startsWith(`${prefix}_`)) return null
  const digits = id.slice(prefix.length + 1)
  return DIGITS.test(digits) ? Buffer.from(digits, 'hex') : null
}

const UNDERSCORE = '_'.charCodeAt(0)

/**
 * The bytes of an id that is about to be written. Throws when it is not an id of that kind. Only for what was made here
 * or has been found, whose digits are lower-case hex: they are not looked at one by one, on the path of every event.
 */
export function idBytes(prefix: IdPrefix, id: string): Buffer {
  const named = id.startsWith(prefix) && id.charCodeAt(prefix.length) === UNDERSCORE
  // What is not hex ends the bytes early.
  const bytes = named ? Buffer.from(id.slice(prefix.length + 1), 'hex') : null
  if (bytes?.length !== 16 || id.length !== prefix.length + 33)
    throw new Error(`"${id}" is not ${prefix}_ and 32 hex digits`)
  return bytes
}

export function idText(prefix: IdPrefix, bytes: Uint8Array): string {
  return `${prefix}_${bufferOf(bytes).toString('hex')}`
}

/** As `findableId`, for a run's UUID. */
export function findableUuid(uuid: string): Buffer | null {
  const digits = uuid.replaceAll('-', '')
  return DIGITS.test(digits) && hyphenate(digits) === uuid ? Buffer.from(digits, 'hex') : null
}

export function uuidBytes(uuid: string): Buffer {
  const bytes = findableUuid(uuid)
  if (bytes === null) throw new Error(`"${uuid}" is not a UUID`)
  return bytes
}

export function uuidText(bytes: Uint8Array): string {
  return hyphenate(bufferOf(bytes).toString('hex'))
}

/** Sorts after every id: where a list without a cursor begins. */
export const AFTER_EVERY_ID: Buffer = Buffer.alloc(17, 0xff)

const TIME_MS_MAX = 2 ** 48 - 1

/** Sorts before every id made at `time`, milliseconds, or later, and after every earlier one. */
export function timeBytes(time: number): Buffer {
  const bytes = Buffer.alloc(16)
  bytes.writeUIntBE(Math.min(Math.max(Math.floor(time), 0), TIME_MS_MAX), 0, 6)
  return bytes
}

/** The Buffer over the same memory; node:sqlite answers with plain Uint8Arrays. */
export function bufferOf(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}
