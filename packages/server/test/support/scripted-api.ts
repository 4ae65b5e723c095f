import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createRemoteClient, type RemoteClient } from '../../src/cli/remote/client.ts'
import type { Clock } from '../../src/core/clock.ts'
import { systemRandom } from '../../src/core/random.ts'

export const SCRIPTED_KEY = 'sk_live_test'

export type Answer = (response: ServerResponse, request: IncomingMessage) => void

export interface Scripted {
  server: Server
  client: RemoteClient
  requests: IncomingMessage[]
  /** Milliseconds that were waited, in order. */
  waits: number[]
  notes: string[]
  stop: AbortController
  close(): Promise<void>
}

/** A server that answers as it is told, the last answer again and again; its client's pauses pass at once, and are counted. */
export async function startScripted(answers: readonly Answer[], timeoutMs = 60_000): Promise<Scripted> {
  const requests: IncomingMessage[] = []
  const server = createServer((request, response) => {
    const answer = answers[Math.min(requests.length, answers.length - 1)]
    requests.push(request)
    request.resume().on('end', () => answer?.(response, request))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const waits: number[] = []
  const notes: string[] = []
  const stop = new AbortController()
  const settings = { server: `http://127.0.0.1:${port}`, apiKey: SCRIPTED_KEY, organization: 'default' }
  const client = createRemoteClient(settings, {
    clock: createCountingClock(waits),
    random: systemRandom,
    stop: stop.signal,
    timeoutMs,
    note: (line) => void notes.push(line),
  })
  const close = async (): Promise<void> => {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  }
  return { server, client, requests, waits, notes, stop, close }
}

/** Every wait is over at once; time passes by as much. */
export function createCountingClock(waits: number[]): Clock {
  let passed = 0
  return {
    now: () => passed,
    monotonic: () => passed,
    after(delayMs, action) {
      waits.push(delayMs)
      passed += delayMs
      queueMicrotask(action)
      return { cancel: () => undefined }
    },
  }
}

export function jsonAnswer(status: number, body: unknown, headers: Record<string, string> = {}): Answer {
  return (response) =>
    void response
      .writeHead(status, { 'content-type': 'application/json', ...headers })
      .end(JSON.stringify(body))
}

export function problemAnswer(status: number, code: string, headers: Record<string, string> = {}): Answer {
  return jsonAnswer(status, { detail: `it is ${code}`, code, errors: [] }, headers)
}
