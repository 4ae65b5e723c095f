import { STATUS_CODES } from 'node:http'
import { z } from 'zod'
import { retryAfterMs } from '../../send/retry-after.ts'
import { CommandError, EXIT } from '../exit.ts'
import { printable } from '../terminal.ts'

const DETAIL_CHARACTERS_MAX = 2_000

/** A request that brought no usable answer. The message is for people, and safe to print. */
export class RemoteError extends CommandError {
  override readonly name = 'RemoteError'
  /** The same request may well succeed in a moment, and does no harm if it was received already. */
  readonly isTransient: boolean
  /** Every other request would fail in the same way: the key, the address or the workflow is wrong. */
  readonly concernsAll: boolean
  /** How long the server asks us to stay away. */
  readonly retryAfterMs: number | null
  /** The API's code of a refusal; null where it gave none. */
  readonly code: string | null

  constructor(
    message: string,
    kind: {
      isTransient?: boolean
      concernsAll?: boolean
      retryAfterMs?: number | null
      code?: string | null
    } = {},
    options?: ErrorOptions,
  ) {
    super(message, EXIT.failure, options)
    this.isTransient = kind.isTransient ?? false
    this.concernsAll = kind.concernsAll ?? false
    this.retryAfterMs = kind.retryAfterMs ?? null
    this.code = kind.code ?? null
  }
}

/** The user has asked to stop. */
export class InterruptedError extends Error {
  override readonly name = 'InterruptedError'
}

/** RFC 9457 problem details, as far as they are shown. */
const problemSchema = z.object({
  detail: z.string(),
  code: z.string(),
  errors: z.array(z.object({ field: z.string(), message: z.string() })).catch([]),
})

/** Statuses that a server or a proxy before it gives for a while. */
const TRANSIENT = new Set([429, 502, 503, 504])
const CONCERNS_ALL = new Set([401, 403, 404])

const ADVICE: Record<number, string> = {
  401: 'Check SEALPOST_API_KEY. The key must belong to this server.',
  403: 'Use a key with the scope write (read is enough to wait): sealpost keys create --scopes write',
  404: 'Check the name of the workflow or run. The organization (--org) must be the one of the key.',
  413: 'The operator can raise --request-bytes-max.',
}

/** What an answer that is not 2xx means. */
export function refusal(response: Response, text: string, nowMs: number): RemoteError {
  const { status } = response
  const words = `${status} ${STATUS_CODES[status] ?? ''}`.trim()
  if (status >= 300 && status < 400) {
    // Followed, it would carry the key to whatever host the answer names.
    const target = printable(response.headers.get('location') ?? 'somewhere else')
    const message = `The server answered ${words} and points to ${target}. If you trust that address, set it with --server.`
    return new RemoteError(message, { concernsAll: true })
  }
  const problem = problemSchema.safeParse(jsonOrNull(text))
  const told = problem.success
    ? `${problem.data.code}: ${detailOf(problem.data)}`
    : 'which is not an answer of a Sealpost server. Check --server.'
  const advice = ADVICE[status]
  return new RemoteError(
    `The server answered ${words}, ${printable(told)}${advice === undefined ? '' : ` ${advice}`}`,
    {
      isTransient: TRANSIENT.has(status),
      concernsAll: CONCERNS_ALL.has(status),
      code: problem.success ? problem.data.code : null,
      retryAfterMs: retryAfterMs(status, response.headers.get('retry-after') ?? undefined, nowMs),
    },
  )
}

function detailOf({ detail, errors }: z.infer<typeof problemSchema>): string {
  // With a single error the detail holds its words already.
  const all =
    errors.length < 2 ? detail : errors.map(({ field, message }) => `${field}: ${message}`).join(' ')
  return all.slice(0, DETAIL_CHARACTERS_MAX)
}

function jsonOrNull(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}
