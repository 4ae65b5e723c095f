import fc from 'fast-check'
import { Client, type Dispatcher } from 'undici'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startRawServer, type RawServer } from '../../../test/support/raw-server.ts'
import { LIMITS } from '../../core/limits.ts'
import { createAnswerReader, type AnswerReader } from './answer-reader.ts'

/** What a reader makes of an answer. */
interface Reading {
  state: AnswerReader['state']
  status: number | null
  headers: Record<string, string>
  fault: string | null
  body: string
  isRefused: boolean
  keeps: boolean | null
  overrun: boolean
}

/** Reads an answer that comes in these pieces, before the other side closes. */
function readPieces(reader: AnswerReader, pieces: readonly Buffer[]): Reading {
  reader.begin()
  for (const piece of pieces) {
    // As the socket does it: the bytes are good until the next ones come.
    const passing = Buffer.from(piece)
    reader.read(passing)
    passing.fill('#')
  }
  reader.end('closed')
  return {
    state: reader.state,
    status: reader.status,
    headers: { ...reader.headers },
    fault: reader.fault,
    body: reader.body().toString('latin1'),
    isRefused: reader.refusal !== null,
    keeps: reader.framing?.keeps ?? null,
    overrun: reader.overrun,
  }
}

function cutAt(bytes: Buffer, cuts: readonly number[]): Buffer[] {
  const ends = [...new Set(cuts.map((cut) => cut % (bytes.length + 1)))].sort((one, other) => one - other)
  return [...ends, bytes.length].map((end, index) => bytes.subarray(ends[index - 1] ?? 0, end))
}

const STATUS_LINES = fc.record({
  version: fc.constantFrom('1.1', '1.1', '1.1', '1.0', '2.0', '1.2'),
  status: fc.constantFrom(
    '200',
    '200',
    '201',
    '204',
    '304',
    '404',
    '500',
    '503',
    '299',
    '099',
    '101',
    '20',
    '2000',
  ),
  reason: fc.constantFrom(' OK', ' Not Really Ok', ' ', '', ' caf\u00e9', '\tOK'),
})
const FIELD = fc.tuple(
  fc.constantFrom('x-a', 'X-A', 'Set-Cookie', 'date', '__proto__', 'constructor', 'x a', 'x-b ', ''),
  fc.constantFrom('1', '', ' spaced out ', '\t', 'caf\u00e9', 'a:b', 'nul\0', 'one\r\n two', 'x'.repeat(300)),
)
const FRAMING = fc.constantFrom(
  ['', 'until close'],
  ['content-length: 5\r\n', 'hello'],
  ['Content-Length: 0\r\n', ''],
  ['content-length: 9\r\n', 'hello'],
  ['content-length: 2\r\n', 'hello'],
  ['content-length: 5\r\ncontent-length: 5\r\n', 'hello'],
  ['content-length: 5, 5\r\n', 'hello'],
  ['content-length: five\r\n', 'hello'],
  ['transfer-encoding: chunked\r\n', '5\r\nhello\r\n0\r\n\r\n'],
  ['Transfer-Encoding: Chunked\r\n', '3;ext="1"\r\nhel\r\nA\r\n0123456789\r\n00\r\nx-sum: 1\r\n\r\n'],
  ['transfer-encoding: chunked\r\n', '5\r\nhelloworld\r\n0\r\n\r\n'],
  ['transfer-encoding: chunked\r\n', 'nope\r\n'],
  ['transfer-encoding: gzip, chunked\r\n', '5\r\nhello\r\n0\r\n\r\n'],
  ['transfer-encoding: chunked, gzip\r\n', 'hello'],
  ['transfer-encoding: identity\r\n', 'hello'],
  ['content-length: 5\r\ntransfer-encoding: chunked\r\n', '5\r\nhello\r\n0\r\n\r\n'],
)
const INTERIM = fc.constantFrom(
  '',
  '',
  '',
  'HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n',
  'HTTP/1.1 100 Continue\r\n\r\n',
)

interface AnswerParts {
  before: string
  interim: string
  line: { version: string; status: string; reason: string }
  fields: [name: string, value: string][]
  connection: string
  framing: readonly string[]
  lineEnd: string
  behind: string
}

function bytesOf(parts: AnswerParts): Buffer {
  const { line, lineEnd } = parts
  const [head = '', body = ''] = parts.framing
  const lines = parts.fields.map(([name, value]) => `${name}:${value}\r\n`).join('')
  const header = `HTTP/${line.version} ${line.status}${line.reason}\r\n${lines}${parts.connection}${head}\r\n`
  const text = parts.before + parts.interim + header.replaceAll('\r\n', lineEnd) + body + parts.behind
  return Buffer.from(text, 'latin1')
}

const CONNECTION = fc.constantFrom(
  '',
  '',
  'connection: close\r\n',
  'connection: Keep-Alive\r\nkeep-alive: timeout=5\r\n',
)
/** An answer whose parts are odd here and there. */
const ANSWER = fc
  .record({
    before: fc.constantFrom('', '', '', '\r\n'),
    interim: INTERIM,
    line: STATUS_LINES,
    fields: fc.array(FIELD, { maxLength: 3 }),
    connection: CONNECTION,
    framing: FRAMING,
    lineEnd: fc.constantFrom('\r\n', '\r\n', '\r\n', '\n'),
    behind: fc.constantFrom('', '', '', 'HTTP/1.1 200 OK\r\n\r\n'),
  })
  .map(bytesOf)
/** One that keeps to the protocol. */
const SOUND = fc
  .record({
    before: fc.constant(''),
    interim: fc.constantFrom('', 'HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n'),
    line: fc.record({
      version: fc.constantFrom('1.1', '1.0'),
      status: fc.constantFrom('200', '201', '404', '500', '599'),
      reason: fc.constantFrom(' OK', ' Not Really Ok', ' '),
    }),
    fields: fc.array(
      fc.tuple(
        fc.constantFrom('x-a', 'X-A', 'Set-Cookie', '__proto__'),
        fc.constantFrom('1', '', ' a:b ', '\t'),
      ),
      { maxLength: 4 },
    ),
    connection: CONNECTION,
    framing: fc.constantFrom(
      ['', 'until close'],
      ['content-length: 5\r\n', 'hello'],
      ['Content-Length: 0\r\n', ''],
      ['transfer-encoding: chunked\r\n', '5\r\nhello\r\n0\r\n\r\n'],
      ['Transfer-Encoding: Chunked\r\n', '3;ext="1"\r\nhel\r\nA\r\n0123456789\r\n00\r\nx-sum: 1\r\n\r\n'],
    ),
    lineEnd: fc.constant('\r\n'),
    behind: fc.constant(''),
  })
  .map(bytesOf)
/** The same with a byte that was dropped, doubled or turned into another. */
const SPOILT = fc
  .tuple(fc.oneof(SOUND, ANSWER), fc.nat(), fc.constantFrom('', 'xx', '\0', '\r', '\n', ' ', ':', '\xff'))
  .map(([bytes, at, other]) => {
    const index = at % (bytes.length + 1)
    const spoilt = [bytes.subarray(0, index), Buffer.from(other, 'latin1'), bytes.subarray(index + 1)]
    return Buffer.concat(spoilt)
  })
const STREAM = fc.oneof(SOUND, ANSWER, SPOILT)

describe('an answer reads the same', () => {
  const reader = createAnswerReader()

  it('wherever it is cut in two, and byte by byte', () => {
    fc.assert(
      fc.property(STREAM, (bytes) => {
        const whole = readPieces(reader, [bytes])
        for (let cut = 1; cut < bytes.length; cut++) {
          expect(readPieces(reader, cutAt(bytes, [cut]))).toEqual(whole)
        }
        expect(
          readPieces(
            reader,
            [...bytes].map((byte) => Buffer.from([byte])),
          ),
        ).toEqual(whole)
      }),
      { numRuns: 150 },
    )
  })

  it('in any pieces, with any bytes', () => {
    const any = fc.oneof(
      STREAM,
      fc.uint8Array({ maxLength: 60 }).map((bytes) => Buffer.from(bytes)),
    )
    fc.assert(
      fc.property(any, fc.array(fc.nat(), { maxLength: 6 }), (bytes, cuts) => {
        const whole = readPieces(createAnswerReader(), [bytes])
        expect(readPieces(reader, cutAt(bytes, cuts))).toEqual(whole)
      }),
      { numRuns: 500 },
    )
  })
})

/** An answer that begins as ours do, an interim one before it or not. */
const OUR_STATUS_LINE = /^\s*(?:HTTP\/1\.1 10[03][^]*?\n\r?\n)?HTTP\/1\.[01] (?!1)\d{3}[ \r\n]/

describe('undici, as the oracle', () => {
  let server: RawServer
  let answer = Buffer.alloc(0)
  beforeAll(async () => {
    server = await startRawServer({ onRequest: (socket) => void socket.end(answer) })
  })
  afterAll(() => server.close())

  it('reads what we both accept in the same way, and accepts no HTTP/1 that we refuse', async () => {
    const reader = createAnswerReader()
    let both = 0
    await fc.assert(
      fc.asyncProperty(STREAM, async (bytes) => {
        answer = Buffer.from(bytes)
        const theirs = await askByUndici(server.port)
        if (theirs === null) return
        const ours = readPieces(reader, [bytes])
        if (ours.isRefused) {
          // It accepts other versions, which nobody can be sure to mean a 2xx by.
          expect(answer.toString('latin1')).not.toMatch(OUR_STATUS_LINE)
          return
        }
        expect(ours).toMatchObject({ state: 'whole', status: theirs.status, headers: theirs.headers })
        expect(ours.body).toBe(theirs.body)
        both += 1
      }),
      { numRuns: 150 },
    )
    expect(both).toBeGreaterThan(20)
  })
})

/** Null when undici does not accept the answer. */
function askByUndici(port: number): Promise<Pick<Reading, 'status' | 'headers' | 'body'> | null> {
  const client = new Client(`http://127.0.0.1:${port}`)
  return new Promise((resolve) => {
    const body: Buffer[] = []
    let head: Pick<Reading, 'status' | 'headers'> = { status: null, headers: {} }
    const end = (read: Pick<Reading, 'status' | 'headers' | 'body'> | null): void => {
      client.destroy().then(
        () => resolve(read),
        () => resolve(read),
      )
    }
    const handler: Dispatcher.DispatchHandler = {
      onRequestStart: () => undefined,
      onResponseStart(_controller, status, headers) {
        // It leaves a tab at the end of a value, which RFC 9110 counts as blank.
        const joined = Object.entries(headers).map(([name, value]) => [
          name,
          [value ?? '']
            .flat()
            .map((one) => one.replace(/[ \t]+$/, ''))
            .join(', '),
        ])
        if (status >= 200) head = { status, headers: Object.fromEntries(joined) as Record<string, string> }
      },
      onResponseData: (_controller, chunk) => void body.push(Buffer.from(chunk)),
      onResponseEnd: () => end({ ...head, body: Buffer.concat(body).toString('latin1') }),
      onResponseError: () => end(null),
    }
    client.dispatch({ path: '/', method: 'POST', body: '{}' }, handler)
  })
}

describe('bounds', () => {
  it('keeps as much of a body as the log takes, and stops reading where nothing more is worth it', () => {
    const reader = createAnswerReader()
    reader.read(Buffer.from('HTTP/1.1 200 OK\r\n\r\n'))
    const chunk = Buffer.alloc(1_000, 'x')
    let chunks = 0
    while (reader.state === 'body') {
      reader.read(chunk)
      chunks += 1
    }
    expect(reader.state).toBe('cut')
    expect(reader.fault).toBeNull()
    expect(chunks).toBe(Math.ceil((LIMITS.responseBytesMax + 1) / 1_000))
    expect(reader.body()).toEqual(Buffer.alloc(LIMITS.responseBytesKept, 'x'))
  })

  it('stops at chunks of a byte each, which are mostly framing', () => {
    const reader = createAnswerReader()
    reader.read(Buffer.from('HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n'))
    const chunk = Buffer.from('1;a=b\r\nx\r\n'.repeat(100))
    let bytes = 0
    while (reader.state === 'body') {
      reader.read(chunk)
      bytes += chunk.length
    }
    expect(reader.state).toBe('cut')
    expect(bytes).toBeLessThan(400_000)
  })
})
