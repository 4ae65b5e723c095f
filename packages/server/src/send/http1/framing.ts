import { MINUTE_MS, SECOND_MS } from '../../core/time.ts'

/** How the body of an answer ends, and what becomes of its connection. */
export interface Framing {
  body: 'none' | 'length' | 'chunked' | 'until-close'
  /** Of a body with a length. */
  length: number
  /** Another request may follow on the connection. */
  keeps: boolean
  /** How long the connection may lie idle. */
  idleMs: number
  /** What is wrong with it, in words that follow "its answer breaks HTTP/1.1: ". */
  fault: string | null
}

/**
 * Most servers close an idle connection after 5 s or more; leaving first keeps our requests off connections that the
 * other side is just closing. A server that announces its own time (Keep-Alive: timeout=…) is believed, up to a minute.
 */
const IDLE_MS = 4 * SECOND_MS
const IDLE_MS_MAX = MINUTE_MS
/** How much sooner we leave than the server says it will. */
const IDLE_MARGIN_MS = SECOND_MS

const LENGTH = /^\d{1,15}$/
const TIMEOUT = /(?:^|[,;\s])timeout\s*=\s*"?(\d{1,9})/i

/** RFC 9112, sections 6.3 and 9.3, for the answer to a POST. `minor` is the 0 or 1 of its HTTP/1.x. Pure. */
export function framingOf(status: number, minor: number, fields: Readonly<Record<string, string>>): Framing {
  const keeps = keepsConnection(minor, fields['connection'])
  const idleMs = idleMsOf(fields['keep-alive'])
  const framing: Framing = { body: 'none', length: 0, keeps: keeps && idleMs > 0, idleMs, fault: null }
  if (status === 204 || status === 304) return framing
  const coding = fields['transfer-encoding']
  const length = fields['content-length']
  if (coding !== undefined) return codedBody(framing, minor, coding, length)
  if (length !== undefined) return measuredBody(framing, length)
  return { ...framing, body: 'until-close', keeps: false }
}

function codedBody(framing: Framing, minor: number, coding: string, length: string | undefined): Framing {
  const codings = tokensOf(coding)
  const chunked = codings.at(-1) === 'chunked'
  const fault =
    length !== undefined
      ? 'it has both Content-Length and Transfer-Encoding'
      : codings.indexOf('chunked') !== codings.lastIndexOf('chunked')
        ? 'its Transfer-Encoding names chunked twice'
        : codings.includes('chunked') && !chunked
          ? 'its Transfer-Encoding does not end with chunked'
          : minor === 0
            ? 'it has a Transfer-Encoding, which HTTP/1.0 does not know'
            : null
  return {
    ...framing,
    body: chunked ? 'chunked' : 'until-close',
    keeps: framing.keeps && chunked && fault === null,
    fault,
  }
}

function measuredBody(framing: Framing, text: string): Framing {
  if (LENGTH.test(text)) return { ...framing, body: 'length', length: Number(text) }
  const values = new Set(text.split(',').map((value) => value.trim()))
  const [first = ''] = values
  if (values.size === 1 && LENGTH.test(first)) {
    const fault = 'it has Content-Length twice'
    return { ...framing, body: 'length', length: Number(first), keeps: false, fault }
  }
  const fault = values.size > 1 ? 'it has Content-Length twice' : 'its Content-Length is not a number'
  return { ...framing, body: 'until-close', keeps: false, fault }
}

function keepsConnection(minor: number, connection: string | undefined): boolean {
  if (connection === undefined) return minor === 1
  const options = tokensOf(connection)
  return !options.includes('close') && (minor === 1 || options.includes('keep-alive'))
}

/** 0 when the server will close before a next request could be sure to reach it. */
function idleMsOf(keepAlive: string | undefined): number {
  const [, seconds] = (keepAlive === undefined ? null : TIMEOUT.exec(keepAlive)) ?? []
  if (seconds === undefined) return IDLE_MS
  return Math.min(Math.max(Number(seconds) * SECOND_MS - IDLE_MARGIN_MS, 0), IDLE_MS_MAX)
}

function tokensOf(list: string): string[] {
  return list
    .toLowerCase()
    .split(',')
    .map((token) => token.trim())
}
