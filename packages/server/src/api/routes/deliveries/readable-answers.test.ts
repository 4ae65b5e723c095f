import { createServer, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { createTestApi, type TestApi, type TestCaller } from '../../../../test/support/test-api.ts'
import { LIMITS } from '../../../core/limits.ts'

interface Answer {
  headers: Record<string, string>
  body: Buffer
  /** What people read, and the note beside it. */
  reads: string
  note: string | null
}

const TEXT = 'Die Bestellung enthält Fehler: Größe fehlt'
const BOMB = gzipSync(Buffer.alloc(8_000_000, 'a'))
const WHOLE = gzipSync(Array.from({ length: 300 }, (_none, line) => `line ${line}\n`).join(''))

const ANSWERS: Record<string, Answer> = {
  plain: { headers: {}, body: Buffer.from(TEXT), reads: TEXT, note: null },
  gzip: {
    headers: { 'content-encoding': 'gzip', 'content-type': 'application/json' },
    body: gzipSync(TEXT),
    reads: TEXT,
    note: 'Unpacked (gzip).',
  },
  deflate: {
    headers: { 'content-encoding': 'deflate' },
    body: deflateSync(TEXT),
    reads: TEXT,
    note: 'Unpacked (deflate).',
  },
  br: {
    headers: { 'content-encoding': 'br', 'content-type': 'text/plain; charset=iso-8859-1' },
    body: brotliCompressSync(Buffer.from(TEXT, 'latin1')),
    reads: TEXT,
    note: 'Unpacked (br). Decoded from windows-1252.',
  },
  japanese: {
    headers: { 'content-type': 'text/html; charset=Shift_JIS' },
    body: Buffer.from([0x83, 0x65, 0x83, 0x58, 0x83, 0x67]),
    reads: 'テスト',
    note: 'Decoded from shift_jis.',
  },
  bomb: {
    headers: { 'content-encoding': 'gzip' },
    body: BOMB,
    reads: 'a'.repeat(LIMITS.responseBytesShown),
    note: 'Unpacked (gzip). Cut after 64 KiB unpacked.',
  },
  image: {
    headers: { 'content-type': 'image/png' },
    body: Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex'),
    reads: '89504e470d0a1a0a0000000d49484452',
    note: 'It is not text: 16 bytes, in hexadecimal.',
  },
}

let api: TestApi
let acme: TestCaller
let receiver: Server
let origin: string

beforeAll(async () => {
  api = await createTestApi()
  acme = await api.organization('acme')
  receiver = createServer((request, response) => {
    request.resume().on('end', () => respond((request.url ?? '').slice(1), response))
  })
  await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve))
  origin = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}`
})
afterAll(async () => {
  await api.close()
  receiver.closeAllConnections()
  await new Promise((resolve) => receiver.close(resolve))
})

function respond(name: string, response: ServerResponse): void {
  if (name === 'cut') {
    // Says that more will come, and hangs up.
    response.writeHead(500, { 'content-encoding': 'gzip', 'content-length': String(WHOLE.length) })
    response.write(WHOLE.subarray(0, WHOLE.length - 200), () => response.destroy())
    return
  }
  const { headers, body } = ANSWERS[name]!
  response.writeHead(400, headers).end(body)
}

interface TestResult {
  delivery_id: string
  response: { body: string; body_note: string | null }
}

async function testOf(name: string): Promise<TestResult> {
  const webhook = await acme.call('POST', '/api/v1/webhooks', {
    url: `${origin}/${name}`,
    events: ['run.completed'],
  })
  const test = await acme.call('POST', `/api/v1/webhooks/${webhook.body.id as string}/test`, {})
  return test.body as TestResult
}

async function attemptOf({ delivery_id }: TestResult): Promise<TestResult['response']> {
  const { body } = await acme.call('GET', `/api/v1/deliveries/${delivery_id}`)
  return body.attempts[0].response as TestResult['response']
}

it.each(Object.entries(ANSWERS))('an answer that is %s can be read', async (name, { body, reads, note }) => {
  const test = await testOf(name)
  expect(test.response).toMatchObject({ body: reads, body_note: note })
  expect(await attemptOf(test)).toMatchObject({ body: reads, body_note: note })
  const [stored] = await api.store.deliveries.attempts(acme.id, test.delivery_id)
  expect(stored?.responseBody).toEqual(body.subarray(0, LIMITS.responseBytesKept))
})

it('a packed answer that was cut shows what came', async () => {
  const { body, body_note: note } = await attemptOf(await testOf('cut'))
  expect(body).toMatch(/^line 0\nline 1\nline 2\n/)
  expect(note).toContain('end early or are broken')
})
