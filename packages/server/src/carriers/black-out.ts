import { LIMITS } from '../core/limits.ts'
import type { OutboundReport } from '../send/transport.ts'

/** What of a URL must be long to be worth hiding by itself; `services` and its like are in every log. */
const SEGMENT_CHARACTERS_MIN = 9
const BLACK = '…'

/** What may be shown of a URL that is itself a credential. */
export function originShown(url: string): string {
  return `${new URL(url).origin}/${BLACK}`
}

/**
 * A report without the secret URL that the request went to, wherever the other side repeated it: many servers quote the path
 * of what they do not know, and redirect to it elsewhere. Its answer is kept shorter than what was read, so that no
 * half of the URL can stand at the end.
 */
export function blackOut(report: OutboundReport, url: string): OutboundReport {
  const black = blackener(url)
  const { error, responseHeaders, responseBody } = report
  return {
    ...report,
    error: error && { ...error, message: black(error.message) },
    responseHeaders:
      responseHeaders &&
      Object.fromEntries(Object.entries(responseHeaders).map(([name, value]) => [black(name), black(value)])),
    responseBody:
      responseBody &&
      Buffer.from(black(responseBody.toString('utf8'))).subarray(0, LIMITS.sealedAnswerBytesKept),
  }
}

function blackener(url: string): (text: string) => string {
  const { href, pathname, search } = new URL(url)
  const words = [href, pathname + search, pathname, ...(pathname + search).split(/[/?&=]/)]
  const secret = words.filter((word, index) => word.length >= (index < 3 ? 2 : SEGMENT_CHARACTERS_MIN))
  const spellings = secret.flatMap((word) => [word, decoded(word), word.replaceAll('/', '\\/')])
  const longestFirst = [...new Set(spellings)].sort((one, other) => other.length - one.length)
  return (shown) => longestFirst.reduce((text, word) => text.replaceAll(word, BLACK), shown)
}

function decoded(word: string): string {
  try {
    return decodeURIComponent(word)
  } catch {
    return word
  }
}
