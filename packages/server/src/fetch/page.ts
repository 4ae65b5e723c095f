import type { PageErrorCode } from './page-errors.ts'

export interface FetchedPage {
  ok: true
  /** Where the page was, after all redirects. */
  url: string
  /** 200 to 299. */
  status: number
  /** As it came, with its parameters; `text/html` when the server named none. */
  contentType: string
  /** Unpacked; at most `LIMITS.pageBytesMax`. */
  content: Buffer
  /** Without the wait for a turn. */
  durationMs: number
  /** How many were followed. */
  redirects: number
}

export interface FetchFailure {
  ok: false
  code: PageErrorCode
  /** In plain words, with what can be done where that follows from them. */
  message: string
  /** Of the answer that ended it; null when none came. */
  status: number | null
  /** Where it ended, after the redirects that were followed. */
  url: string
  /** Without the wait for a turn. */
  durationMs: number
}

export interface PageFailure {
  code: PageErrorCode
  message: string
}
