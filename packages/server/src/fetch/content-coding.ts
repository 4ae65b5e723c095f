import { createBrotliDecompress, createGunzip, type BrotliDecompress, type Gunzip } from 'node:zlib'

/** How a body is packed. No deflate: servers disagree on what it means, and all that have it have gzip. */
export type ContentCoding = 'identity' | 'gzip' | 'br'

export const ACCEPT_ENCODING = 'gzip, br'

/** `x-gzip` is gzip (RFC 9110, section 8.4.1.3). */
const CODINGS: ReadonlyMap<string, ContentCoding> = new Map([
  ['', 'identity'],
  ['identity', 'identity'],
  ['gzip', 'gzip'],
  ['x-gzip', 'gzip'],
  ['br', 'br'],
])

/** What Content-Encoding names; undefined for what is not unpacked here, and for one coding within another. */
export function contentCoding(header: string): ContentCoding | undefined {
  return CODINGS.get(header.trim().toLowerCase())
}

/** Unpacks a stream of `coding`; null when there is nothing to unpack. */
export function createDecoder(coding: ContentCoding): Gunzip | BrotliDecompress | null {
  switch (coding) {
    case 'identity':
      return null
    case 'gzip':
      return createGunzip()
    case 'br':
      return createBrotliDecompress()
  }
}
