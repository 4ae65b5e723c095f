import type { Refused } from '../verify/result.ts'
import { refuseConsumed, refuseTooLarge, refuseUnreadable } from './options.ts'

/** The part of a fetch `Request` that is needed, so that the request of any runtime fits. */
export interface FetchRequest {
  readonly headers: { get(name: string): string | null }
  readonly bodyUsed: boolean
  readonly body: FetchBody | null
}

interface FetchBody {
  readonly locked: boolean
  getReader(): FetchReader
}

interface FetchReader {
  read(): Promise<{ done: boolean; value?: Uint8Array | undefined }>
  cancel(): Promise<void>
}

/** The raw body of a fetch request, up to the limit. A request without a body has an empty one. Does not reject. */
export async function readFetchBody(
  request: FetchRequest,
  limitBytes: number,
): Promise<Uint8Array | Refused> {
  if (request.bodyUsed || request.body?.locked === true) return refuseConsumed()
  if (request.body === null) return new Uint8Array()
  const reader = request.body.getReader()
  const chunks: Uint8Array[] = []
  let lengthBytes = 0
  try {
    for (;;) {
      const { done, value } = await reader.read()
      if (done) return Buffer.concat(chunks)
      if (value === undefined) continue
      lengthBytes += value.length
      if (!(lengthBytes <= limitBytes)) return await stop(reader, limitBytes)
      chunks.push(value)
    }
  } catch {
    return refuseUnreadable()
  }
}

async function stop(reader: FetchReader, limitBytes: number): Promise<Refused> {
  await reader.cancel()
  return refuseTooLarge(limitBytes)
}
