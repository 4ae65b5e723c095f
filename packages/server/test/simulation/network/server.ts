import type { SeenRequest } from '../../invariants/history.ts'
import type { VirtualClock } from '../../support/virtual-clock.ts'
import type { Notes } from '../notes.ts'
import type { Pause } from '../pause.ts'
import type { Reaction, Receiver } from '../receivers/receiver.ts'
import { answerBytes } from './answer-bytes.ts'
import { createRequestReader, type ReadRequest } from './request-reader.ts'
import type { Wire } from './wire.ts'

/** One host and port, with the receivers of as many webhooks as lead there. */
export interface SimulatedServer {
  /** Answers the path of its URL. A receiver that says where the name leads has the host for itself. */
  add(endpoint: Endpoint): string
  /** Where its name leads. */
  resolve(at: number): string[]
  accept(): Acceptance
}

/** One connection that a server has taken. */
export interface Acceptance {
  /** Its other end, which is made with these. */
  attach(wire: Wire): void
  onWrite(bytes: Buffer): void
  onArrival(bytes: Buffer): void
}

export interface Endpoint {
  webhookId: string
  organizationId: number
  receiver: Receiver
}

export interface ServerParts {
  clock: VirtualClock
  notes: Notes
  pause: Pause
  /** The receiver of an endpoint, or what stands in for it by now. */
  receiverOf: (endpoint: Endpoint) => Receiver
  /** Called with each request as it is noted. */
  onRequest: (seen: SeenRequest) => void
}

const PUBLIC_ADDRESS = '93.184.216.34'
/** Servers end connections that nobody uses: most of them after some seconds. */
const IDLE_MS = 5_000

export function createServer(parts: ServerParts): SimulatedServer {
  const { notes, receiverOf } = parts
  const endpoints = new Map<string, Endpoint>()
  let first: Endpoint | null = null

  return {
    add(endpoint) {
      const path = `/hooks/${endpoint.webhookId}`
      if (first !== null && [first, endpoint].some(({ receiver }) => 'resolve' in receiver)) {
        throw new Error(`${path} is at a host of another's`)
      }
      endpoints.set(path, endpoint)
      first ??= endpoint
      return path
    },
    resolve: () => (first === null ? null : receiverOf(first))?.resolve?.(notes.now()) ?? [PUBLIC_ADDRESS],
    accept: () => accept(parts, (path) => endpoints.get(path)!),
  }
}

function accept(parts: ServerParts, endpointAt: (path: string) => Endpoint): Acceptance {
  const { clock, notes, pause, receiverOf } = parts
  let wire: Wire
  let isClosed = false
  /** Whose request was written last, until its answer has arrived. */
  let asking: Endpoint | null = null
  let served = 0

  async function serve({ path, headers, body }: ReadRequest): Promise<void> {
    const endpoint = endpointAt(path)
    const seen: SeenRequest = {
      webhookId: endpoint.webhookId,
      startedAt: null,
      at: notes.now(),
      endedAt: null,
      headers,
      body,
      answer: null,
      answerArrived: false,
      node: wire.process.name,
      connection: wire.name,
    }
    parts.onRequest(seen)
    notes.requests.push(seen)
    served += 1
    const reaction = receiverOf(endpoint).react({ at: seen.at, isReused: served > 1 })
    if (reaction !== null) await answer(seen, endpoint, reaction)
  }

  async function answer(seen: SeenRequest, endpoint: Endpoint, reaction: Reaction): Promise<void> {
    const { status, afterMs, lost, rest, retryAfterSeconds = null } = reaction
    if (status !== null) seen.answer = { status, retryAfterSeconds }
    await pause(afterMs, `${seen.webhookId} answers`)
    if (isClosed) return
    if (status === null) {
      close('reset')
      return
    }
    // Nothing that it sends gets through any more.
    if (lost === true) {
      isClosed = true
      return
    }
    wire.send(answerBytes(status, reaction), {
      onArrival() {
        seen.answerArrived = true
        asking = null
      },
    })
    if (rest === 'held') return
    if (reaction.unaskedAfterMs !== undefined)
      clock.after(reaction.unaskedAfterMs, () => sendUnasked(endpoint))
    const soFar = served
    clock.after(reaction.closeAfterMs ?? IDLE_MS, () => {
      if (served === soFar) close('end')
    })
  }

  /**
   * A second answer behind the first. If it meets a request it is taken for its answer, as HTTP/1.1 has it. Within an
   * organization nothing can be done about that, so it does not happen here; but it must not meet another's request.
   */
  function sendUnasked({ organizationId }: Endpoint): void {
    const isWelcome = (): boolean => asking === null || asking.organizationId !== organizationId
    if (!isClosed) wire.send(answerBytes(200, { afterMs: 0, status: 200 }), { isWelcome })
  }

  function close(how: 'end' | 'reset'): void {
    if (isClosed) return
    isClosed = true
    wire[how]()
  }

  const read = createRequestReader((request) => void serve(request))
  return {
    attach: (made) => void (wire = made),
    onWrite(bytes) {
      const path = /^POST (\S+) HTTP/.exec(bytes.toString('latin1'))?.[1]
      if (path !== undefined) asking = endpointAt(path)
    },
    onArrival(bytes) {
      if (isClosed) wire.reset()
      else read(bytes)
    },
  }
}
