import { refuse, type VerifyResult } from '../verify/result.ts'
import { verify } from '../verify/verify.ts'
import { bodyLimitOf, type AdapterOptions } from './options.ts'
import { readNodeBody, type NodeRequest } from './read-node-body.ts'

/**
 * Reads the body of a Node `http` request and verifies it. Works on a plain request and behind frameworks that left the
 * raw bytes in `request.rawBody` or `request.body`; where a parser consumed them the reason is `body_parsed`.
 * Never rejects. After `body_too_large` answer with `Connection: close`, as the rest of the body is not kept.
 */
export async function verifyNodeRequest(
  request: NodeRequest,
  options: AdapterOptions,
): Promise<VerifyResult> {
  try {
    const body = await readNodeBody(request, bodyLimitOf(options))
    return 'reason' in body ? body : verify({ body, headers: request.headers }, options)
  } catch {
    return refuse('unreadable_request', 'Reading the request or the options threw an error.')
  }
}
