/** Gathers bytes up to a bound. */
export interface GrowingBuffer {
  readonly length: number
  /** False, and nothing is added, when the bound would be passed. */
  add(chunk: Uint8Array): boolean
  /** What was gathered, in memory of its own size; begins anew. */
  take(): Buffer
}

const BYTES_FIRST = 64 * 1024

/**
 * One buffer that doubles, not a list of chunks: a server that sends ten million chunks of one byte would have us keep
 * ten million objects.
 */
export function createGrowingBuffer(bytesMax: number): GrowingBuffer {
  let bytes = Buffer.allocUnsafe(Math.min(BYTES_FIRST, bytesMax))
  let length = 0

  function makeRoom(needed: number): void {
    if (needed <= bytes.length) return
    const larger = Buffer.allocUnsafe(Math.min(Math.max(needed, 2 * bytes.length), bytesMax))
    bytes.copy(larger, 0, 0, length)
    bytes = larger
  }

  return {
    get length() {
      return length
    },
    add(chunk) {
      if (length + chunk.length > bytesMax) return false
      makeRoom(length + chunk.length)
      bytes.set(chunk, length)
      length += chunk.length
      return true
    },
    take() {
      const taken = Buffer.from(bytes.subarray(0, length))
      length = 0
      return taken
    },
  }
}
