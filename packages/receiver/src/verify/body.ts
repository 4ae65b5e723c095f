import { isAnyArrayBuffer } from 'node:util/types'
import { refuse, type Refused } from './result.ts'

/** The raw body. Text is taken as UTF-8; bytes are safer, as decoding and encoding again may change them. */
export type BodyInput = Uint8Array | ArrayBuffer | string

/** Gives the body's bytes, or says in what way it is not the raw body any more. */
export function readBody(body: unknown): Uint8Array | Refused {
  if (typeof body === 'string') return Buffer.from(body, 'utf8')
  // Not `instanceof`: test runners and vm contexts have their own Uint8Array, and its instances are as good.
  if (ArrayBuffer.isView(body)) return new Uint8Array(body.buffer, body.byteOffset, body.byteLength)
  if (isAnyArrayBuffer(body)) return new Uint8Array(body)
  if (body === undefined || body === null) {
    return refuse(
      'body_missing',
      'There is no body. Hand over the raw bytes; an empty body is an empty string.',
    )
  }
  return refuse(
    'body_parsed',
    'The body is a parsed value. The signature covers the raw bytes: take them before any JSON parser does.',
  )
}
