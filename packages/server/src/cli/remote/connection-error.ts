import { printable } from '../terminal.ts'
import { RemoteError } from './remote-error.ts'

/** Ways for a connection to fail that a second try may not meet; a wrong certificate or name is not among them. */
const TRANSIENT: Record<string, string> = {
  ECONNREFUSED: 'nothing listens there',
  ECONNRESET: 'the connection was reset',
  EPIPE: 'the connection was closed',
  ETIMEDOUT: 'no answer',
  EHOSTUNREACH: 'the network has no route to it',
  ENETUNREACH: 'the network has no route to it',
  EAI_AGAIN: 'no name server answers',
  UND_ERR_SOCKET: 'the connection was closed',
  UND_ERR_CONNECT_TIMEOUT: 'no answer',
  UND_ERR_HEADERS_TIMEOUT: 'no answer',
  UND_ERR_BODY_TIMEOUT: 'the answer broke off',
}

/** What `fetch` threw, in words. */
export function connectionError(server: string, error: unknown): RemoteError {
  if (error instanceof RemoteError) return error
  if (error instanceof Error && error.name === 'TimeoutError') {
    return new RemoteError(`${server} did not answer in time.`, { isTransient: true }, { cause: error })
  }
  const { code, message } = innermost(error)
  const words = TRANSIENT[code] ?? tlsWords(code)
  const told = words === undefined ? printable(message) : `${words} (${code})`
  const isTransient = code in TRANSIENT
  const advice = isTransient ? '' : ' Check --server.'
  return new RemoteError(
    `${server} cannot be reached: ${told}.${advice}`,
    { isTransient, concernsAll: true },
    { cause: error },
  )
}

/** OpenSSL's messages are traces; the code has the reason in words. */
function tlsWords(code: string): string | undefined {
  return code.startsWith('ERR_SSL_') ? 'no secure connection; does it speak https' : undefined
}

/** `fetch` says "fetch failed", and keeps the reason as the cause; of several addresses, one failure each. */
function innermost(error: unknown): { code: string; message: string } {
  let inner: unknown = error
  for (let depth = 0; depth < 5 && inner instanceof Error; depth += 1) {
    const next: unknown = inner instanceof AggregateError ? inner.errors[0] : inner.cause
    if (!(next instanceof Error)) break
    inner = next
  }
  if (!(inner instanceof Error)) return { code: '', message: String(inner) }
  const code = 'code' in inner && typeof inner.code === 'string' ? inner.code : ''
  return { code, message: inner.message.replace(/[.!]$/, '') }
}
