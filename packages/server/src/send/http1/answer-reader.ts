import { LIMITS } from '../../core/limits.ts'
import { ResponseHeaderTooLargeError, ResponseRefusedError } from '../../net/failures.ts'
import { shown } from '../../net/words.ts'
import { createChunkedBody, type ChunkedBody } from './chunked-body.ts'
import { framingOf, type Framing } from './framing.ts'
import { BARE_LINE_FEED, createHeaderFields } from './header-fields.ts'
import { createKeptBytes } from './kept-bytes.ts'

/**
 * Reads one answer after the other from whatever bytes come, split wherever they are, and never more than its bounds.
 *
 *   status line ──final──▶ header ──▶ body ──▶ whole
 *     ▲    │                 └──────────┴────▶ broken or cut
 *     │    └─no HTTP/1.1, 101, or interim answers without end──▶ refused
 *     └─interim answer (1xx)
 *
 * A final status line decides what the attempt comes to. What follows is read for the log: if it breaks the protocol,
 * reading stops there (`broken`), and if it is only long, too (`cut`). Neither takes anything back.
 */
export interface AnswerReader {
  /** Forgets the last answer, and waits for the next one. */
  begin(): void
  readonly state: 'status line' | 'header' | 'body' | 'whole' | 'broken' | 'cut' | 'refused'
  /** The final status, from the moment its line is decided on. */
  readonly status: number | null
  /** The header of the final answer, as far as it has come. */
  readonly headers: Record<string, string>
  /** What breaks the protocol behind the status line, in words that follow "its answer breaks HTTP/1.1: ". */
  readonly fault: string | null
  /** Why no answer will come of this; only when refused. */
  readonly refusal: Error | null
  /** Null until the header is complete. */
  readonly framing: Framing | null
  /** Nothing of an answer has come. */
  readonly untouched: boolean
  /** More came behind the end of the answer. */
  readonly overrun: boolean
  read(bytes: Buffer): void
  /** No more comes. `closed`: the other side ended it in order, which ends a body that has no length. */
  end(how: 'closed' | 'lost' | 'given up'): void
  /** The first `LIMITS.responseBytesKept` bytes of the body as they came, still encoded. */
  body(): Buffer
}

const CR = 13
const LF = 10
const SPACE = 32
const ZERO = 48
/** `HTTP/1.1 200` and the byte behind it. */
const STATUS_BYTES = 13
const VERSION = Buffer.from('HTTP/1.')
/** What no line of a header can be. */
const STATUS_LINE = /^HTTP\/1\.([01]) (\d{3})(?:[ \r]|$)/
const STATUS_SHOWN_MAX = 40
const BYTES_MAX = 4 * (LIMITS.responseBytesMax + LIMITS.responseHeaderBytesMax)

export function createAnswerReader(): AnswerReader {
  const header = createHeaderFields()
  const kept = createKeptBytes()
  let state: AnswerReader['state'] = 'status line'
  let status: number | null = null
  let minor = 1
  let code = 0
  let statusBytes = 0
  /** The header is one of an interim answer, and is passed over. */
  let interim = false
  let interimAnswers = 0
  let headBytes = 0
  let isStatusLine = true
  /** The beginning of a line whose end has not come. */
  let partial = ''
  let framing: Framing | null = null
  let fault: string | null = null
  let refusal: Error | null = null
  let chunked: ChunkedBody | null = null
  let left = 0
  let bytes = 0
  let bodyBytes = 0
  let overrun = false

  function begin(): void {
    header.begin()
    kept.begin()
    state = 'status line'
    status = null
    statusBytes = 0
    code = 0
    interimAnswers = 0
    headBytes = 0
    partial = ''
    framing = null
    fault = null
    refusal = null
    chunked = null
    bytes = 0
    bodyBytes = 0
    overrun = false
  }

  function refuse(error: Error): void {
    state = 'refused'
    refusal = error
  }

  function breakOff(what: string): void {
    if (state === 'header') closeHeader()
    fault ??= what
    state = 'broken'
  }

  /** No more of it comes: what there is of its last line is kept, and not blamed for being cut off. */
  function closeHeader(): void {
    fault ??= header.fault
    if (!isStatusLine && partial !== '') header.line(partial.endsWith('\r') ? partial : `${partial}\r`)
    partial = ''
  }

  function readStatusLine(chunk: Buffer, offset: number): number {
    let at = offset
    while (at < chunk.length && state === 'status line') {
      const byte = chunk[at] ?? 0
      if (statusBytes === 0 && (byte === CR || byte === LF)) {
        // Some servers end a body with a line break that they did not count (RFC 9112, section 2.2, of requests).
        at += 1
        countHead(1)
      } else if (!takeStatusByte(byte)) {
        refuse(
          new ResponseRefusedError(`answered with "${beginning(chunk, offset, at)}", which is not HTTP/1.1`),
        )
      } else if (statusBytes === STATUS_BYTES) {
        decide()
        // The line goes on with this byte.
        return at
      } else {
        at += 1
      }
    }
    return at
  }

  function takeStatusByte(byte: number): boolean {
    const index = statusBytes
    statusBytes += 1
    if (index < 7) return byte === VERSION[index]
    if (index === 8) return byte === SPACE
    if (index === 12) return byte === SPACE || byte === CR || byte === LF
    if (byte < ZERO || byte > ZERO + 9) return false
    const digit = byte - ZERO
    if (index === 7) minor = digit
    else code = code * 10 + digit
    return index !== 7 || digit <= 1
  }

  function decide(): void {
    isStatusLine = true
    headBytes = STATUS_BYTES - 1
    interim = code >= 100 && code < 200 && code !== 101
    if (interim) {
      interimAnswers += 1
      if (interimAnswers > LIMITS.interimAnswersMax) {
        refuse(new ResponseRefusedError('sent one interim answer (1xx) after another'))
        return
      }
    } else if (code === 101) {
      refuse(new ResponseRefusedError('switched to another protocol'))
      return
    } else {
      status = code
    }
    state = 'header'
  }

  /** Reads lines up to the empty one. */
  function readHeader(chunk: Buffer, offset: number): number {
    const room = LIMITS.responseHeaderBytesMax - headBytes + 1
    const text = chunk.toString('latin1', offset, Math.min(chunk.length, offset + room))
    let start = 0
    for (;;) {
      const end = text.indexOf('\n', start)
      if (end === -1) break
      const line = partial + text.slice(start, end)
      partial = ''
      start = end + 1
      const isLast = takeLine(line)
      if (isLast || state !== 'header') {
        countHead(start)
        if (state === 'header') headerEnds()
        return offset + start
      }
    }
    partial += text.slice(start)
    countHead(text.length)
    return offset + text.length
  }

  /** True when it was the last line of the header. */
  function takeLine(line: string): boolean {
    if (isStatusLine) {
      isStatusLine = false
      if (!interim && !line.endsWith('\r')) fault ??= BARE_LINE_FEED
      return false
    }
    if (!interim) return header.line(line)
    const next = STATUS_LINE.exec(line)
    if (next !== null) {
      fault ??= 'an interim answer has no empty line at its end'
      minor = Number(next[1])
      code = Number(next[2])
      decide()
      isStatusLine = false
    }
    return line === '\r' || line === ''
  }

  function countHead(count: number): void {
    headBytes += count
    if (headBytes <= LIMITS.responseHeaderBytesMax) return
    if (state === 'status line') refuse(new ResponseRefusedError('sent an answer without end'))
    else if (interim) refuse(new ResponseHeaderTooLargeError())
    else breakOff(`its header is larger than ${LIMITS.responseHeaderBytesMax / 1024} KiB`)
  }

  function headerEnds(): void {
    if (interim) {
      state = 'status line'
      statusBytes = 0
      code = 0
      headBytes = 0
      return
    }
    framing = framingOf(status ?? 0, minor, header.fields)
    fault ??= header.fault ?? framing.fault
    left = framing.length
    if (framing.body === 'chunked') chunked = createChunkedBody()
    state = framing.body === 'none' || (framing.body === 'length' && left === 0) ? 'whole' : 'body'
  }

  function readBody(chunk: Buffer, offset: number): number {
    if (chunked !== null) {
      const at = chunked.read(chunk, offset, keep)
      if (chunked.fault !== null) fault ??= chunked.fault
      if (state === 'body' && chunked.state !== 'reading')
        state = chunked.state === 'ended' ? 'whole' : 'broken'
      return at
    }
    const end = framing?.body === 'length' ? Math.min(chunk.length, offset + left) : chunk.length
    left -= end - offset
    if (keep(chunk.subarray(offset, end)) && framing?.body === 'length' && left === 0) state = 'whole'
    return end
  }

  /** False when the body has more bytes than are worth reading. */
  function keep(part: Buffer): boolean {
    bodyBytes += part.length
    kept.add(part)
    if (bodyBytes <= LIMITS.responseBytesMax) return true
    state = 'cut'
    return false
  }

  begin()
  return {
    begin,
    get state() {
      return state
    },
    get status() {
      return status
    },
    get headers() {
      return header.fields
    },
    get fault() {
      return fault
    },
    get refusal() {
      return refusal
    },
    get framing() {
      return framing
    },
    get untouched() {
      return bytes === 0
    },
    get overrun() {
      return overrun
    },
    read(chunk) {
      bytes += chunk.length
      let at = 0
      while (at < chunk.length) {
        if (state === 'status line') at = readStatusLine(chunk, at)
        else if (state === 'header') at = readHeader(chunk, at)
        else if (state === 'body') at = readBody(chunk, at)
        else break
      }
      overrun ||= state === 'whole' && at < chunk.length
      // Chunks of a byte each and short extensions are in no other count.
      if (bytes > BYTES_MAX && state === 'body') state = 'cut'
    },
    end(how) {
      if (state === 'body' && how === 'closed' && framing?.body === 'until-close') {
        state = 'whole'
        return
      }
      const within = state === 'body' ? 'body' : state === 'header' && status !== null ? 'header' : null
      if (within === null) return
      if (how !== 'given up') {
        breakOff(`the connection ended within its ${within}`)
        return
      }
      if (within === 'header') closeHeader()
      state = 'cut'
    },
    body: () => kept.bytes(),
  }
}

function beginning(chunk: Buffer, offset: number, at: number): string {
  return shown(chunk.toString('latin1', offset, Math.min(chunk.length, at + STATUS_SHOWN_MAX)))
}
