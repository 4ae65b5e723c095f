import { LIMITS } from '../core/limits.ts'
import type { PageFailure } from './page.ts'

/** What is read of an answer, and what messages call the server: whoever names a page need not own it. */
export const PAGE_SERVER = {
  peer: 'The server',
  headerBytesMax: LIMITS.pageHeaderBytesMax,
  // Twice what is kept, for the framing of chunks and for packed bytes that unpack to nothing.
  answerBytesMax: 2 * (LIMITS.pageBytesMax + LIMITS.pageHeaderBytesMax),
} as const

const MB = 1024 * 1024

export const PAGE_TOO_LARGE: PageFailure = {
  code: 'page_too_large',
  message: `The page is larger than ${LIMITS.pageBytesMax / MB} MB, which is the most that is read of one.`,
}

export const PAGE_EMPTY: PageFailure = {
  code: 'page_empty',
  message: 'The server answered with an empty page.',
}
