import type { Clock } from '../core/clock.ts'
import { LIMITS } from '../core/limits.ts'

/** Remembers for a while which addresses took no connection, so that others are tried before them. */
export interface DeadAddresses {
  has(address: string, port: number): boolean
  add(address: string, port: number): void
  /** It took a connection. */
  remove(address: string, port: number): void
}

/**
 * Shared by everybody who connects. What one organization's webhooks teach it delays nobody else's: a dead address is
 * only tried after the others of its name.
 */
export function createDeadAddresses(clock: Clock): DeadAddresses {
  /** Until when, by address and port; the one added first stands first. */
  const until = new Map<string, number>()
  const keyOf = (address: string, port: number): string => `${address} ${port}`

  return {
    has(address, port) {
      const key = keyOf(address, port)
      const end = until.get(key)
      if (end === undefined || end > clock.monotonic()) return end !== undefined
      until.delete(key)
      return false
    },
    add(address, port) {
      const key = keyOf(address, port)
      until.delete(key)
      until.set(key, clock.monotonic() + LIMITS.deadAddressMs)
      const oldest = until.keys().next()
      if (until.size > LIMITS.deadAddressesMax && !oldest.done) until.delete(oldest.value)
    },
    remove(address, port) {
      until.delete(keyOf(address, port))
    },
  }
}
