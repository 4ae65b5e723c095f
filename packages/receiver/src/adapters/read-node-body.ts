import type { IncomingMessage } from 'node:http'
import { refuseConsumed, refuseTooLarge, refuseUnreadable } from './options.ts'
import type { Refused } from '../verify/result.ts'

/** A Node request, perhaps with what a framework left on it. */
export type NodeRequest = IncomingMessage & { body?: unknown; rawBody?: unknown }

/**
 * The raw body of a Node request: the bytes that a framework kept (`rawBody`, or a Buffer or text in `body`, as
 * `express.raw()` leaves it), else the stream, up to the limit. Does not reject.
 */
export async function readNodeBody(request: NodeRequest, limitBytes: number): Promise<Uint8Array | Refused> {
  const kept = [request.rawBody, request.body].find(isRaw)
  if (kept !== undefined) {
    const bytes = typeof kept === 'string' ? Buffer.from(kept, 'utf8') : kept
    return bytes.byteLength <= limitBytes ? bytes : refuseTooLarge(limitBytes)
  }
  // A body parser that skips a request leaves `{}` behind and the stream unread; only a read stream is lost.
  if (request.readableDidRead || request.readableEnded) return refuseConsumed()
  if (request.destroyed) return refuseUnreadable()
  if (Number(request.headers['content-length']) > limitBytes) {
    request.resume()
    return refuseTooLarge(limitBytes)
  }
  return readStream(request, limitBytes)
}

function isRaw(body: unknown): body is Uint8Array | string {
  return typeof body === 'string' || ArrayBuffer.isView(body)
}

/** Not `for await`: leaving that early destroys the socket, and the sender would never see the refusal. */
function readStream(request: IncomingMessage, limitBytes: number): Promise<Uint8Array | Refused> {
  return new Promise((resolve) => {
    const chunks: Uint8Array[] = []
    let lengthBytes = 0
    const settle = (outcome: Uint8Array | Refused) => {
      request.off('data', onData).off('end', onEnd).off('close', onBroken)
      resolve(outcome)
    }
    const onData = (chunk: Uint8Array | string) => {
      const bytes = typeof chunk === 'string' ? Buffer.from(chunk, 'utf8') : chunk
      lengthBytes += bytes.length
      if (lengthBytes <= limitBytes) return void chunks.push(bytes)
      settle(refuseTooLarge(limitBytes))
      // What is still to come is thrown away, not kept, so that the answer can leave.
      request.resume()
    }
    const onEnd = () => settle(Buffer.concat(chunks))
    const onBroken = () => settle(refuseUnreadable())
    // The error handler stays: an error after the refusal would otherwise have no listener and end the process.
    request.on('error', onBroken)
    request.on('data', onData).on('end', onEnd).on('close', onBroken)
    // A stream that someone paused stays paused when a listener is added.
    request.resume()
  })
}
