import type { IncomingHttpHeaders } from 'node:http'
import { LIMITS } from '../core/limits.ts'
import { shown, statusWords } from '../net/words.ts'
import { contentCoding, type ContentCoding } from './content-coding.ts'
import { PAGE_TOO_LARGE } from './page-bounds.ts'
import type { PageFailure } from './page.ts'

/** What the status and the headers of an answer make of it. */
export type PageHead =
  | { kind: 'page'; contentType: string; coding: ContentCoding }
  | { kind: 'redirect'; location: string | null }
  | ({ kind: 'refused' } & PageFailure)

/** The rest of 3xx asks for a choice or a cache, and we have neither. */
const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308])

const CONTENT_TYPE_DEFAULT = 'text/html'

/** HTML in both syntaxes, JSON, and whatever is JSON by its suffix (RFC 6839, section 3.1). */
const SUPPORTED_TYPE = /^(?:text\/html|application\/(?:xhtml\+xml|json|[\w.-]+\+json))$/

/** Decides what to do with an answer before its body is read. Pure. */
export function readHead(status: number, headers: IncomingHttpHeaders): PageHead {
  if (REDIRECTS.has(status)) return { kind: 'redirect', location: locationOf(headers) }
  // What was not asked for in parts (206) and comes in parts would be judged as a whole page.
  if (status < 200 || status >= 300 || status === 206) return { kind: 'refused', ...statusFailure(status) }
  const contentType = lastOf(headers['content-type']) || CONTENT_TYPE_DEFAULT
  if (!SUPPORTED_TYPE.test(essenceOf(contentType))) {
    return refused(
      'content_type_not_supported',
      `The URL leads to ${shown(contentType)}, not to a page. HTML and JSON are read.`,
    )
  }
  const named = [headers['content-encoding'] ?? ''].flat().join(', ')
  const coding = contentCoding(named)
  if (coding === undefined) {
    return refused(
      'content_encoding_not_supported',
      `The page is packed as "${shown(named)}", which was not asked for. Only gzip and br are unpacked.`,
    )
  }
  if (Number(headers['content-length']) > LIMITS.pageBytesMax) {
    return { kind: 'refused', ...PAGE_TOO_LARGE }
  }
  return { kind: 'page', contentType, coding }
}

function statusFailure(status: number): PageFailure {
  const words = statusWords(status)
  if (status === 410)
    return { code: 'gone', message: 'The server said that this page is gone for good (410).' }
  if (status === 429) return { code: 'rate_limited', message: 'The server asks for fewer requests (429).' }
  if (status === 401 || status === 403) {
    return {
      code: 'http_client_error',
      message: `The server does not show this page to everybody (${words}).`,
    }
  }
  if (status === 404) {
    return { code: 'http_client_error', message: `The server has no page at this URL (${words}).` }
  }
  if (status >= 400 && status < 500) {
    return { code: 'http_client_error', message: `The server refused the request (${words}).` }
  }
  if (status >= 500 && status < 600) {
    return { code: 'http_server_error', message: `The server failed (${words}).` }
  }
  return {
    code: 'http_unexpected_status',
    message: `The server answered ${words}, which is no answer to a plain request for a page.`,
  }
}

/** Null when there is none, or several that differ: to guess would let two readers end at two places. */
function locationOf({ location }: IncomingHttpHeaders): string | null {
  const all: readonly string[] = [location ?? []].flat()
  return new Set(all).size === 1 ? (all[0] ?? null) : null
}

/** Of a repeated header: undici hands it over as a list, whatever its type says. */
function lastOf(value: string | readonly string[] | undefined): string {
  return (typeof value === 'string' ? value : (value?.at(-1) ?? '')).trim()
}

function essenceOf(contentType: string): string {
  return (contentType.split(';')[0] ?? '').trim().toLowerCase()
}

function refused(code: PageFailure['code'], message: string): PageHead {
  return { kind: 'refused', code, message }
}
