import type { Clock } from './clock.ts'
import type { Random } from './random.ts'

/** What an id names; the public form is `<prefix>_<32 hex digits>`, the digits being a UUIDv7. */
export type IdPrefix = 'evt' | 'dlv' | 'webhook' | 'key' | 'proj' | 'mon' | 'rule' | 'alert'

/** Makes time-ordered ids: a later one sorts after an earlier one, as text and as bytes. */
export interface Ids {
  /** An id with its prefix, e.g. `evt_0198c1a29f4e7c3b8d5e6f7081920a1b`. */
  make(prefix: IdPrefix): string
  /** A bare UUIDv7 with hyphens, for runs. */
  uuid(): string
}

const SEQUENCE_MAX = 0xfff

/**
 * UUIDv7 (RFC 9562, section 5.7, with the 12-bit counter of section 6.2, method 1). Written here rather than taken
 * from a library because order must hold within a millisecond, and over the injected clock, also when it steps back.
 */
export function createIds(clock: Clock, random: Random): Ids {
  let lastMs = 0
  /** Of `lastMs`: numbers of more than 32 bits are slow to spell, and many ids are made in one millisecond. */
  let timeHex = ''
  let sequence = 0
  let pool: Buffer = Buffer.alloc(0)
  let offset = 0

  function begin(ms: number): void {
    lastMs = ms
    timeHex = ms.toString(16).padStart(12, '0') + '7'
    sequence = 0
  }

  function randomHex(): string {
    if (offset + 8 > pool.length) {
      pool = random.bytes(512)
      offset = 0
    }
    const hex = pool.toString('hex', offset, offset + 8)
    offset += 8
    // The variant bits '10' take the place of the first two random ones.
    return ((Number.parseInt(hex.charAt(0), 16) & 0x3) | 0x8).toString(16) + hex.slice(1)
  }

  function hex(): string {
    const now = clock.now()
    if (now > lastMs) begin(now)
    // The counter is spent: borrow the next millisecond rather than repeat or wait.
    else if (++sequence > SEQUENCE_MAX) begin(lastMs + 1)
    return timeHex + sequence.toString(16).padStart(3, '0') + randomHex()
  }

  return {
    make: (prefix) => `${prefix}_${hex()}`,
    uuid: () => hyphenate(hex()),
  }
}

/** 32 hex digits → the 8-4-4-4-12 form. */
export function hyphenate(digits: string): string {
  return `${digits.slice(0, 8)}-${digits.slice(8, 12)}-${digits.slice(12, 16)}-${digits.slice(16, 20)}-${digits.slice(20)}`
}

/**
 * A run's UUID from either of its public names: the UUID itself, or ValidGraph's `val_` + 32 hex digits.
 * Returns null when `name` is neither.
 */
export function runIdFrom(name: string): string | null {
  const digits = name.startsWith('val_') ? name.slice(4) : name.replaceAll('-', '')
  if (!/^[0-9a-f]{32}$/i.test(digits)) return null
  return hyphenate(digits.toLowerCase())
}

/** ValidGraph's name of a run: `val_` + the UUID's 32 hex digits. */
export function validationIdOf(runId: string): string {
  return `val_${runId.replaceAll('-', '')}`
}
