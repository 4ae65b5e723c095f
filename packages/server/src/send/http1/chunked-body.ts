import { LIMITS } from '../../core/limits.ts'

/** Reads the chunked coding (RFC 9112, section 7.1), wherever its bytes are split. */
export interface ChunkedBody {
  /**
   * Takes bytes from `offset` on and hands what they hold of the body to `add`, which answers whether it wants more. Returns
   * where it stopped: at the end of the bytes, or where the body ended or went wrong.
   */
  read(bytes: Buffer, offset: number, add: (part: Buffer) => boolean): number
  /** `ended`: the last chunk and its trailers have come. `broken`: nobody can tell where the body goes on. */
  readonly state: 'reading' | 'ended' | 'broken'
  /** The first thing that is wrong with it, in words that follow "its answer breaks HTTP/1.1: ". */
  readonly fault: string | null
}

type Part = 'size' | 'extension' | 'data' | 'data end' | 'trailer' | 'ended' | 'broken'

const CR = 13
const LF = 10
const SEMICOLON = 59
/** Far more than is ever read of a body, and still exact. */
const SIZE_DIGITS_MAX = 12

export function createChunkedBody(): ChunkedBody {
  let part: Part = 'size'
  let size = 0
  let digits = 0
  let left = 0
  /** Of the line that holds a size, and of all trailers. */
  let lineBytes = 0
  /** Whether the line of the trailer has anything on it. */
  let isEmptyLine = true
  let previous = 0
  let fault: string | null = null

  function fail(what: string): void {
    fault ??= what
    part = 'broken'
  }

  /** It is wrong, and can still be read in one way only. */
  function noteBareLineFeed(): void {
    fault ??= 'a line between its chunks ends in a line feed alone'
  }

  function sizeByte(byte: number): void {
    const digit = digitOf(byte)
    if (digit !== null) {
      size = size * 16 + digit
      digits += 1
      if (digits > SIZE_DIGITS_MAX) fail('the size of a chunk is out of all bounds')
    } else if (digits === 0) {
      fail('a chunk does not begin with its size')
    } else if (byte === LF) {
      sizeEnd()
    } else if (byte === SEMICOLON || byte === CR || byte === 32 || byte === 9) {
      part = 'extension'
    } else {
      fail('the size of a chunk is not a number')
    }
  }

  function sizeEnd(): void {
    if (previous !== CR) noteBareLineFeed()
    left = size
    part = size === 0 ? 'trailer' : 'data'
    isEmptyLine = true
    size = 0
    digits = 0
    lineBytes = 0
  }

  function trailerByte(byte: number): void {
    if (byte === LF) {
      if (previous !== CR) noteBareLineFeed()
      if (isEmptyLine) part = 'ended'
      isEmptyLine = true
    } else if (byte !== CR) {
      isEmptyLine = false
    }
  }

  function dataEndByte(byte: number): void {
    if (byte === LF) {
      if (previous !== CR) noteBareLineFeed()
      part = 'size'
    } else if (byte !== CR || previous === CR) {
      fail('a chunk is longer than its size says')
    }
  }

  /** One byte of what is not data. */
  function step(byte: number): void {
    switch (part) {
      case 'size':
        sizeByte(byte)
        break
      case 'extension':
        if (byte === LF) sizeEnd()
        else if (previous === CR) fail('the line with the size of a chunk holds a carriage return')
        break
      case 'data end':
        dataEndByte(byte)
        break
      case 'trailer':
        trailerByte(byte)
        break
      case 'data':
      case 'ended':
      case 'broken':
        return
    }
    previous = byte
    lineBytes += 1
    if (lineBytes > LIMITS.responseHeaderBytesMax) {
      fail(part === 'trailer' ? 'its trailers have no end' : 'the extension of a chunk has no end')
    }
  }

  return {
    get state() {
      return part === 'ended' || part === 'broken' ? part : 'reading'
    },
    get fault() {
      return fault
    },
    read(bytes, offset, add) {
      let at = offset
      while (at < bytes.length && part !== 'ended' && part !== 'broken') {
        if (part !== 'data') {
          step(bytes[at] ?? 0)
          at += 1
          continue
        }
        const end = Math.min(bytes.length, at + left)
        left -= end - at
        if (left === 0) {
          part = 'data end'
          previous = 0
        }
        const wanted = add(bytes.subarray(at, end))
        at = end
        if (!wanted) break
      }
      return at
    },
  }
}

/** The value of a hexadecimal digit, null for any other byte. */
function digitOf(byte: number): number | null {
  if (byte >= 48 && byte <= 57) return byte - 48
  const lower = byte | 32
  return lower >= 97 && lower <= 102 ? lower - 87 : null
}
