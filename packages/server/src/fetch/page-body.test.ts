import { createHash } from 'node:crypto'
import { brotliCompressSync, gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { ContentCoding } from './content-coding.ts'
import { createPageBody } from './page-body.ts'

const PACK = {
  identity: (page: Uint8Array) => Buffer.from(page),
  gzip: (page: Uint8Array) => gzipSync(page),
  br: (page: Uint8Array) => brotliCompressSync(page),
} as const satisfies Record<ContentCoding, unknown>
const CODINGS = ['identity', 'gzip', 'br'] as const

/** The page, or the code of its failure. */
function read(
  coding: ContentCoding,
  chunks: readonly Buffer[],
  bytesMax = 1_000_000,
): Promise<Buffer | string> {
  return new Promise((resolve) => {
    const body = createPageBody({
      coding,
      bytesMax,
      onDrain: () => undefined,
      onPage: resolve,
      onFailure: ({ code }) => resolve(code),
    })
    for (const chunk of chunks) body.write(chunk)
    body.end()
  })
}

function cutAt(bytes: Buffer, places: readonly number[]): Buffer[] {
  const cuts = [0, ...places.map((place) => place % (bytes.length + 1)).sort((a, b) => a - b), bytes.length]
  return cuts.slice(1).map((end, index) => bytes.subarray(cuts[index], end))
}

describe.each(CODINGS)('%s', (coding) => {
  it('gives the page back, however it is cut', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.uint8Array({ maxLength: 5_000 }),
        fc.array(fc.nat(), { maxLength: 20 }),
        async (page, cuts) => {
          expect(await read(coding, cutAt(PACK[coding](page), cuts))).toEqual(Buffer.from(page))
        },
      ),
    )
  })

  it('takes exactly as much as is allowed', async () => {
    const page = Buffer.alloc(300_000, 'page')
    expect(await read(coding, [PACK[coding](page)], 300_000)).toEqual(page)
    expect(await read(coding, [PACK[coding](page)], 299_999)).toBe('page_too_large')
  })

  it('takes nothing at all for an empty page', async () => {
    expect(await read(coding, [])).toEqual(Buffer.alloc(0))
  })

  it('takes a page of more than is unpacked at once', async () => {
    // Looks like chance, and so cannot be packed smaller.
    const page = createHash('shake256', { outputLength: 400_000 }).update('page').digest()
    const packed = PACK[coding](page)
    expect(packed.length).toBeGreaterThan(200_000)
    const cuts = Array.from({ length: 60 }, (_, index) => index * 7_919)
    expect(await read(coding, cutAt(packed, cuts))).toEqual(page)
  })
})

describe.each(['gzip', 'br'] as const)('%s', (coding) => {
  it('says when the packed page ends in the middle', async () => {
    const packed = PACK[coding](Buffer.from('a page of some length'))
    expect(await read(coding, [packed.subarray(0, -3)])).toBe('page_incomplete')
  })

  it('says when it is packed in no such way', async () => {
    expect(await read(coding, [Buffer.from('<!doctype html><title>plain</title>')])).toBe(
      'content_encoding_broken',
    )
  })

  it('stops at the bound, and asks for no more than it unpacks', async () => {
    const bomb = PACK[coding](Buffer.alloc(50_000_000))
    let unpacked = 0
    const outcome = await new Promise((resolve) => {
      const body = createPageBody({
        coding,
        bytesMax: 1_000_000,
        onDrain: () => undefined,
        onPage: resolve,
        onFailure: ({ code }) => {
          unpacked = body.length
          resolve(code)
        },
      })
      body.write(bomb)
      body.end()
    })
    expect(outcome).toBe('page_too_large')
    expect(unpacked).toBeGreaterThan(900_000)
    expect(unpacked).toBeLessThanOrEqual(1_000_000)
  })
})

it('calls nothing back once it is destroyed', async () => {
  const calls: string[] = []
  for (const coding of CODINGS) {
    const body = createPageBody({
      coding,
      bytesMax: 10,
      onDrain: () => calls.push('drain'),
      onPage: () => calls.push('page'),
      onFailure: () => calls.push('failure'),
    })
    body.write(PACK[coding](Buffer.alloc(100_000)))
    if (coding === 'identity') expect(calls.splice(0)).toEqual(['failure'])
    body.destroy()
    body.end()
  }
  // Unpacked after the other two would have been.
  await read('gzip', [gzipSync(Buffer.alloc(500_000))])
  expect(calls).toEqual([])
})
