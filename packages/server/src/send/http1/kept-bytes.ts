import { LIMITS } from '../../core/limits.ts'

/** The beginning of a body, up to `LIMITS.responseBytesKept`. */
export interface KeptBytes {
  /** Forgets the last body. What `bytes` gave belongs to whoever took it. */
  begin(): void
  /** Copies what there is room for: what is handed in is a window on a buffer that is used again, or that is far larger. */
  add(part: Buffer): void
  bytes(): Buffer
}

const EMPTY = Buffer.alloc(0)
const BYTES_FIRST = 512

/** One buffer that doubles, not a list of parts: a body may come a byte at a time. */
export function createKeptBytes(): KeptBytes {
  let kept = EMPTY
  let length = 0

  function makeRoom(needed: number): void {
    if (needed <= kept.length) return
    // The first part is mostly the whole body.
    const first = length === 0 ? needed : BYTES_FIRST
    const room = Math.min(Math.max(2 * kept.length, needed, first), LIMITS.responseBytesKept)
    const larger = Buffer.allocUnsafe(room)
    kept.copy(larger, 0, 0, length)
    kept = larger
  }

  return {
    begin() {
      kept = EMPTY
      length = 0
    },
    add(part) {
      const taken = Math.min(part.length, LIMITS.responseBytesKept - length)
      if (taken === 0) return
      makeRoom(length + taken)
      part.copy(kept, length, 0, taken)
      length += taken
    },
    bytes: () => (length === kept.length ? kept : kept.subarray(0, length)),
  }
}
