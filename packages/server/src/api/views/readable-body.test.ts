import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync, zstdCompressSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { LIMITS } from '../../core/limits.ts'
import { readableBody } from './readable-body.ts'

const TEXT = 'Grüße aus dem Süden, 你好'
const plain = Buffer.from(TEXT)

describe('a packed body', () => {
  it.each([
    ['gzip', gzipSync(plain)],
    ['x-gzip', gzipSync(plain)],
    ['GZIP', gzipSync(plain)],
    ['deflate', deflateSync(plain)],
    ['deflate', deflateRawSync(plain)],
    ['br', brotliCompressSync(plain)],
    ['zstd', zstdCompressSync(plain)],
  ])('of %s is unpacked', async (coding, packed) => {
    const body = await readableBody(packed, { 'content-encoding': coding })
    expect(body).toEqual({ text: TEXT, note: `Unpacked (${coding.toLowerCase()}).` })
  })

  it('within another is unpacked in the right order', async () => {
    const packed = brotliCompressSync(gzipSync(plain))
    const { text } = await readableBody(packed, { 'content-encoding': 'gzip, br' })
    expect(text).toBe(TEXT)
  })

  it.each([
    ['gzip', gzipSync(Buffer.alloc(10_000_000))],
    ['br', brotliCompressSync(Buffer.alloc(10_000_000, 'a'))],
    ['zstd', zstdCompressSync(Buffer.alloc(10_000_000, 'a'))],
  ])('of %s that is a bomb is cut', async (coding, packed) => {
    const { text, note } = await readableBody(packed, { 'content-encoding': coding })
    expect(text.length).toBeLessThanOrEqual(LIMITS.responseBytesShown)
    expect(note).toContain('Cut after 64 KiB unpacked.')
  })

  it.each([
    ['gzip', (bytes: Buffer) => gzipSync(bytes)],
    ['deflate', (bytes: Buffer) => deflateSync(bytes)],
    ['br', (bytes: Buffer) => brotliCompressSync(bytes)],
  ])('of %s that was cut shows what came', async (coding, pack) => {
    const whole = Array.from({ length: 2_000 }, (_none, line) => `line ${line}\n`).join('')
    const packed = pack(Buffer.from(whole))
    const { text, note } = await readableBody(packed.subarray(0, packed.length / 2), {
      'content-encoding': coding,
    })
    expect(text.length).toBeGreaterThan(100)
    expect(whole.startsWith(text)).toBe(true)
    expect(note).toContain('end early or are broken')
  })

  it('that turns wrong on the way shows what came before', async () => {
    const whole = Array.from({ length: 2_000 }, (_none, line) => `line ${line}\n`).join('')
    const packed = gzipSync(whole)
    packed.fill(0xff, packed.length / 2, packed.length / 2 + 64)
    const { text, note } = await readableBody(packed, { 'content-encoding': 'gzip' })
    expect(text).toContain('line 0\nline 1\nline 2\n')
    expect(note).toContain('broken')
  })

  it('that is not packed at all is shown as it is', async () => {
    expect(await readableBody(plain, { 'content-encoding': 'gzip' })).toEqual({
      text: TEXT,
      note: 'It is not gzip, though content-encoding says so.',
    })
  })

  it.each(['aes128gcm', 'gzip, gzip, gzip, gzip', 'constructor'])('of %s is left', async (coding) => {
    expect(await readableBody(plain, { 'content-encoding': coding })).toEqual({
      text: TEXT,
      note: 'This server cannot unpack its content-encoding.',
    })
  })

  it('of nothing is nothing', async () => {
    expect(await readableBody(Buffer.alloc(0), { 'content-encoding': 'gzip' })).toEqual({
      text: '',
      note: null,
    })
  })
})

describe('a charset', () => {
  it.each([
    ['text/plain; charset=utf-8', plain, TEXT, null],
    ['text/plain', plain, TEXT, null],
    ['text/plain; charset=latin1', Buffer.from('Grüße', 'latin1'), 'Grüße', 'Decoded from windows-1252.'],
    ['text/html;charset="ISO-8859-1"', Buffer.from('Grüße', 'latin1'), 'Grüße', 'Decoded from windows-1252.'],
    ['text/plain; charset=windows-1252', Buffer.from([0x80, 0x31]), '€1', 'Decoded from windows-1252.'],
    ['text/plain; charset=utf-16', Buffer.from('Grüße', 'utf16le'), 'Grüße', 'Decoded from utf-16le.'],
    ['text/plain; charset=utf-16be', Buffer.from('Gr', 'utf16le').swap16(), 'Gr', 'Decoded from utf-16be.'],
    ['text/plain', Buffer.from('\ufeffGr', 'utf16le'), 'Gr', 'Decoded from utf-16le.'],
    ['text/plain; charset=latin1', Buffer.from('\ufeffGrüße'), 'Grüße', null],
    [
      'text/html; charset=Shift_JIS',
      Buffer.from([0x83, 0x65, 0x83, 0x58, 0x83, 0x67]),
      'テスト',
      'Decoded from shift_jis.',
    ],
    ['text/html; charset=gbk', Buffer.from([0xc4, 0xe3, 0xba, 0xc3]), '你好', 'Decoded from gbk.'],
    ['text/plain', Buffer.from('Grüße an alle', 'latin1'), 'Grüße an alle', 'Decoded from windows-1252.'],
    ['text/plain; charset=x-nonsense', plain, TEXT, 'Its charset "x-nonsense" is not known here.'],
  ])('%s', async (contentType, bytes, text, note) => {
    expect(await readableBody(bytes, { 'content-type': contentType })).toEqual({ text, note })
  })

  it('does not mind a last character that was cut', async () => {
    const cut = Buffer.from('abcdefghijklm ü').subarray(0, -1)
    expect(await readableBody(cut, {})).toEqual({ text: 'abcdefghijklm ', note: null })
  })
})

describe('what is no text', () => {
  it('is shown in hexadecimal, up to a bound', async () => {
    const png = Buffer.from('89504e470d0a1a0a0000000d', 'hex')
    expect(await readableBody(png, { 'content-type': 'image/png' })).toEqual({
      text: '89504e470d0a1a0a0000000d',
      note: 'It is not text: 12 bytes, in hexadecimal.',
    })
    const { text, note } = await readableBody(Buffer.alloc(1_000), {})
    expect(text).toBe('00'.repeat(LIMITS.responseBinaryBytesShown))
    expect(note).toBe('It is not text: the first 256 of 1000 bytes, in hexadecimal.')
  })

  it('within a text does no harm to who reads it', async () => {
    const text = `${'a line of text '.repeat(3)}\u001b[2J\r\n\tand \u009b more`
    expect((await readableBody(Buffer.from(text), {})).text).toBe(
      `${'a line of text '.repeat(3)}\ufffd[2J\r\n\tand \ufffd more`,
    )
  })
})
