import type { Transform } from 'node:stream'
import { errorCode } from '../guard/error-code.ts'
import { createDecoder, type ContentCoding } from './content-coding.ts'
import { createGrowingBuffer } from './growing-buffer.ts'
import { PAGE_TOO_LARGE } from './page-bounds.ts'
import type { PageFailure } from './page.ts'

/** Takes a body as it comes and unpacks it on the way, so that a bomb is put out where it passes the bound. */
export interface PageBody {
  /** Bytes of the page so far. */
  readonly length: number
  /** False when more should wait until `onDrain`. */
  write(chunk: Buffer): boolean
  /** The answer is complete. */
  end(): void
  /** Frees what unpacks it. Nothing is called back any more. */
  destroy(): void
}

export interface PageBodyOptions {
  coding: ContentCoding
  /** Of the page, unpacked. */
  bytesMax: number
  onDrain: () => void
  /** This or the other is called once. */
  onPage: (content: Buffer) => void
  onFailure: (failure: PageFailure) => void
}

/** Packed bytes that are unpacked together: each time costs a turn of a worker thread, however few they are. */
const PACKED_BYTES = 64 * 1024

export function createPageBody(options: PageBodyOptions): PageBody {
  const decoder = createDecoder(options.coding)
  return decoder === null ? plainBody(options) : packedBody(options, decoder)
}

function plainBody({ bytesMax, onPage, onFailure }: PageBodyOptions): PageBody {
  const content = createGrowingBuffer(bytesMax)
  let over = false
  return {
    get length() {
      return content.length
    },
    write(chunk) {
      if (over || content.add(chunk)) return true
      over = true
      onFailure(PAGE_TOO_LARGE)
      return true
    },
    end() {
      if (over) return
      over = true
      onPage(content.take())
    },
    destroy() {
      over = true
    },
  }
}

function packedBody({ bytesMax, onDrain, onPage, onFailure }: PageBodyOptions, decoder: Transform): PageBody {
  const content = createGrowingBuffer(bytesMax)
  const packed = createGrowingBuffer(PACKED_BYTES)
  let empty = true
  let over = false

  function finish(act: () => void): void {
    if (over) return
    over = true
    decoder.destroy()
    act()
  }

  decoder.on('data', (chunk: Buffer) => {
    if (!over && !content.add(chunk)) finish(() => onFailure(PAGE_TOO_LARGE))
  })
  decoder.on('drain', () => {
    if (!over) onDrain()
  })
  decoder.on('end', () => finish(() => onPage(content.take())))
  decoder.on('error', (error) => finish(() => onFailure(unpackingFailure(error))))

  return {
    get length() {
      return content.length
    },
    write(chunk) {
      empty &&= chunk.length === 0
      if (over || packed.add(chunk)) return true
      decoder.write(packed.take())
      return decoder.write(chunk)
    },
    end() {
      if (over) return
      // Nothing at all is an empty page, though it is no stream of any coding.
      if (empty) finish(() => onPage(Buffer.alloc(0)))
      else decoder.end(packed.take())
    },
    destroy: () => finish(() => undefined),
  }
}

/** Z_BUF_ERROR: the packed bytes ended in the middle. */
function unpackingFailure(error: Error): PageFailure {
  if (errorCode(error) === 'Z_BUF_ERROR') {
    return { code: 'page_incomplete', message: 'The packed page ends in the middle.' }
  }
  return {
    code: 'content_encoding_broken',
    message: 'The page is not packed the way its Content-Encoding says, so it cannot be unpacked.',
  }
}
