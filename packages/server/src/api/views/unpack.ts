import type { Transform } from 'node:stream'
import {
  createBrotliDecompress,
  createGunzip,
  createInflate,
  createInflateRaw,
  createZstdDecompress,
} from 'node:zlib'
import { LIMITS } from '../../core/limits.ts'

/** What could be read of a packed body. */
export interface Unpacked {
  content: Buffer
  /** The bound was reached. */
  isCut: boolean
  /** It ended too early, or went wrong on the way. */
  isBroken: boolean
}

/** `x-gzip` is gzip (RFC 9110, section 8.4.1.3). */
const UNPACKERS: Readonly<Record<string, (packed: Buffer) => Transform>> = {
  gzip: () => createGunzip(),
  'x-gzip': () => createGunzip(),
  deflate: (packed) => (hasZlibHeader(packed) ? createInflate() : createInflateRaw()),
  br: () => createBrotliDecompress(),
  zstd: () => createZstdDecompress(),
}

/** Bytes that are unpacked together: what came out of them is lost if one of them is wrong. */
const STEP_BYTES = 256
/** Codings within one another; servers name one. */
const CODINGS_MAX = 3

/** The codings that `Content-Encoding` names, the outermost first; null when one of them cannot be unpacked. */
export function codingsOf(contentEncoding: string): string[] | null {
  const names = contentEncoding
    .toLowerCase()
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '' && name !== 'identity')
  const isKnown = names.length <= CODINGS_MAX && names.every((name) => Object.hasOwn(UNPACKERS, name))
  return isKnown ? names.reverse() : null
}

/** Unpacks one coding of `codingsOf`, up to the bound. Never rejects: what is broken is read as far as it goes. */
export function unpack(coding: string, packed: Buffer): Promise<Unpacked> {
  const unpacker = UNPACKERS[coding]?.(packed)
  if (unpacker === undefined) throw new Error(`Nothing unpacks ${coding}`)
  const bytesMax = LIMITS.responseBytesShown
  const kept: Buffer[] = []
  let bytes = 0
  return new Promise((resolve) => {
    function finish(isBroken: boolean): void {
      unpacker?.destroy()
      const content = Buffer.concat(kept).subarray(0, bytesMax)
      resolve({ content, isCut: bytes > bytesMax, isBroken: isBroken && bytes <= bytesMax })
    }
    unpacker.on('data', (chunk: Buffer) => {
      bytes += chunk.length
      kept.push(chunk)
      if (bytes > bytesMax) finish(false)
    })
    unpacker.once('end', () => finish(false))
    unpacker.on('error', () => finish(true))
    for (let at = 0; at < packed.length; at += STEP_BYTES)
      unpacker.write(packed.subarray(at, at + STEP_BYTES))
    unpacker.end()
  })
}

/** `deflate` means zlib's form, and some servers send it without the header (RFC 9110, section 8.4.1.2). */
function hasZlibHeader(packed: Buffer): boolean {
  const [first = 0, second = 0] = packed
  return (first & 0x0f) === 8 && ((first << 8) | second) % 31 === 0
}
