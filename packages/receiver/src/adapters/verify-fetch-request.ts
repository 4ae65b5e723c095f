import { refuse, type VerifyResult } from '../verify/result.ts'
import { verify } from '../verify/verify.ts'
import { bodyLimitOf, type AdapterOptions } from './options.ts'
import { readFetchBody, type FetchRequest } from './read-fetch-body.ts'

/**
 * Reads the body of a fetch `Request` (Hono's `context.req.raw`, a Next.js route, Deno, Bun) and verifies it. The body is
 * consumed; the event is in the result. A body that was read before gives `body_parsed`. Never rejects.
 */
export async function verifyFetchRequest(
  request: FetchRequest,
  options: AdapterOptions,
): Promise<VerifyResult> {
  try {
    const body = await readFetchBody(request, bodyLimitOf(options))
    return 'reason' in body ? body : verify({ body, headers: request.headers }, options)
  } catch {
    return refuse('unreadable_request', 'Reading the request or the options threw an error.')
  }
}
