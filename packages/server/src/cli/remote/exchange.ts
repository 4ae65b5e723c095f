import { VERSION } from '../../config/version.ts'
import type { ClientSettings } from '../../config/client-settings.ts'
import { LIMITS } from '../../core/limits.ts'
import { connectionError } from './connection-error.ts'
import { InterruptedError, refusal, RemoteError } from './remote-error.ts'

/** One request to a running server; the path begins with `/api/v1`. */
export interface RemoteRequest {
  method: 'GET' | 'POST'
  path: string
  headers?: Readonly<Record<string, string>>
  body?: string | Uint8Array<ArrayBuffer> | FormData
  /** For the whole of the answer. */
  timeoutMs: number
}

/**
 * Sends it once and gives the JSON of a 2xx answer. Rejects with RemoteError, or InterruptedError once `stop` is aborted.
 */
export async function exchange(
  { server, apiKey }: Pick<ClientSettings, 'server' | 'apiKey'>,
  request: RemoteRequest,
  { stop, nowMs }: { stop: AbortSignal; nowMs: () => number },
): Promise<unknown> {
  let response: Response
  let text: string
  try {
    response = await fetch(`${server}${request.path}`, {
      method: request.method,
      headers: { ...request.headers, 'x-api-key': apiKey, 'user-agent': `sealpost/${VERSION}` },
      ...(request.body !== undefined && { body: request.body }),
      redirect: 'manual',
      signal: AbortSignal.any([stop, AbortSignal.timeout(Math.ceil(request.timeoutMs))]),
    })
    text = await textOf(response)
  } catch (error) {
    if (stop.aborted) throw new InterruptedError('Interrupted.', { cause: error })
    throw connectionError(server, error)
  }
  if (!response.ok) throw refusal(response, text, nowMs())
  try {
    return JSON.parse(text)
  } catch (error) {
    throw notSealpost(server, error)
  }
}

/** An answer that cannot be one of Sealpost's. */
export function notSealpost(server: string, cause: unknown): RemoteError {
  const message = `${server} gave an answer that does not come from a Sealpost server. Check --server.`
  return new RemoteError(message, { concernsAll: true }, { cause })
}

async function textOf(response: Response): Promise<string> {
  if (response.body === null) return ''
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of response.body as ReadableStream<Uint8Array>) {
    size += chunk.length
    if (size > LIMITS.clientAnswerBytesMax) {
      throw new RemoteError(`The answer is larger than ${LIMITS.clientAnswerBytesMax} bytes.`)
    }
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}
