import type { AttemptError } from '../core/attempt.ts'
import { shown, statusWords } from '../net/words.ts'
import type { AttemptErrorCode } from './attempt-errors.ts'

/** What a final status means: null for 2xx, which is success whatever follows it. */
export function classifyStatus(
  status: number,
  headers: Readonly<Record<string, string>>,
): AttemptError | null {
  if (status >= 200 && status < 300) return null
  if (status >= 300 && status < 400)
    return made('redirect_not_followed', redirectMessage(status, headers['location']))
  if (status === 410) return made('gone', 'Your server said that this endpoint is gone for good (410).')
  if (status === 429) return made('rate_limited', 'Your server asks for fewer requests (429).')
  if (status === 401 || status === 403) {
    return made('http_client_error', `Your server refused the signature or credentials (${status}).`)
  }
  if (status === 404) return made('http_client_error', 'Your server has nothing at this path (404).')
  if (status >= 400 && status < 500) {
    return made('http_client_error', `Your server refused the request (${statusWords(status)}).`)
  }
  if (status >= 500 && status < 600)
    return made('http_server_error', `Your server failed (${statusWords(status)}).`)
  return made(
    'http_unexpected_status',
    `Your server answered ${status}, which is not a status that HTTP defines.`,
  )
}

function redirectMessage(status: number, location: string | undefined): string {
  if (location === undefined) return `Your server answered with a redirect status (${status}) and no address.`
  return `Your server redirects to ${shown(location)} (${status}). Redirects are never followed: change the URL.`
}

function made(code: AttemptErrorCode, message: string): AttemptError {
  return { code, message }
}
