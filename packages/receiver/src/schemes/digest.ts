import { timingSafeEqual } from 'node:crypto'

/** Whether the expected digest is among those given. The time taken does not depend on where a wrong one differs. */
export function includesDigest(given: readonly Uint8Array[], expected: Uint8Array): boolean {
  // timingSafeEqual throws on unequal lengths, which a sender chooses.
  return given.some((digest) => digest.length === expected.length && timingSafeEqual(digest, expected))
}
