import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'

/** What a receiver does with a request: answers with a status, at once or later, waits, or anything else. */
export type Reaction = number | { status: number; afterMs: number } | 'reset' | 'hold' | Act

export interface Act {
  act: (response: ServerResponse, socket: Socket) => void
  /** What its sender is to take for an answer; null when nothing. */
  status: number | null
}

export type Behaviour = (request: Arrival) => Reaction

/** One request as it arrived. */
export interface Arrival {
  /** Of the receiver. */
  name: string
  /** When it had been read. */
  at: number
  headers: Record<string, string>
  body: Buffer
  /** What was answered; null when nothing was. */
  status: number | null
}

/** Every receiver of a scenario, each a server of its own on loopback. Answers 200 until it is told otherwise. */
export interface Receivers {
  arrivals: Arrival[]
  /** Opens the receiver of that name, if it is not open yet, and answers its URL. */
  open(name: string): Promise<string>
  behave(name: string, behaviour: Behaviour): void
  /**
   * At the host and port of that receiver, requests to paths that begin with `prefix` are somebody else's: they are never
   * answered, and not noted as arrivals.
   */
  hangBeside(name: string, prefix: string): void
  /** Breaks off every request of somebody else that is hanging. */
  cutBeside(): void
  /** Answers 200 to every request that is held, and from now on at once. */
  release(name: string): void
  /** How many requests have arrived at one receiver. */
  count(name: string): number
  /** Most requests that were open at once, by name. */
  readonly openMax: ReadonlyMap<string, number>
  /** Resolves at the next arrival for which `wanted` holds; `moment` is the head of a request, or all of it. */
  next(wanted?: (name: string) => boolean, moment?: Moment): Promise<void>
  /** Resolves when `wanted` holds; asked after each arrival. Rejects after `timeoutMs`. */
  until(wanted: () => boolean, timeoutMs: number): Promise<void>
  close(): Promise<void>
}

type Moment = 'head' | 'whole'

interface Waiter {
  moment: Moment
  look: (name: string) => void
}

/** How long a server under load may take to send anything at all. */
const ARRIVAL_MS_MAX = 240_000

export function createReceivers(): Receivers {
  const servers = new Map<string, Server>()
  const arrivals: Arrival[] = []
  const behaviours = new Map<string, Behaviour>()
  const hangingPrefixes = new Map<string, string>()
  const hanging = new Set<ServerResponse>()
  const held = new Map<string, Set<() => void>>()
  const counts = new Map<string, number>()
  const open = new Map<string, number>()
  const openMax = new Map<string, number>()
  const waiters = new Set<Waiter>()

  function tellWaiters(name: string, moment: Moment): void {
    for (const waiter of waiters) if (waiter.moment === moment) waiter.look(name)
  }

  function serve(name: string, request: IncomingMessage, response: ServerResponse): void {
    if (isOfAnother(name, request.url)) {
      hanging.add(response)
      response.once('close', () => hanging.delete(response))
      request.on('error', () => undefined).resume()
      return
    }
    countOpen(name, 1)
    response.once('close', () => countOpen(name, -1))
    tellWaiters(name, 'head')
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const headers = Object.fromEntries(
        Object.entries(request.headers).map(([header, value]) => [header, String(value)]),
      )
      const arrival: Arrival = { name, at: Date.now(), headers, body: Buffer.concat(chunks), status: null }
      arrivals.push(arrival)
      counts.set(name, (counts.get(name) ?? 0) + 1)
      react(arrival, request, response)
      tellWaiters(name, 'whole')
    })
    // A server that is killed breaks its requests off.
    request.on('error', () => undefined)
  }

  function isOfAnother(name: string, path = ''): boolean {
    const prefix = hangingPrefixes.get(name)
    return prefix !== undefined && path.startsWith(prefix)
  }

  function countOpen(name: string, change: 1 | -1): void {
    const now = (open.get(name) ?? 0) + change
    open.set(name, now)
    openMax.set(name, Math.max(now, openMax.get(name) ?? 0))
  }

  function react(arrival: Arrival, request: IncomingMessage, response: ServerResponse): void {
    const answer = (status: number): void => {
      if (response.destroyed) return
      arrival.status = status
      response.writeHead(status, { 'content-type': 'text/plain' }).end(`answer ${status}`)
    }
    const reaction = behaviours.get(arrival.name)?.(arrival) ?? 200
    if (reaction === 'reset') request.socket.resetAndDestroy()
    else if (reaction === 'hold') hold(arrival.name, response, () => answer(200))
    else if (typeof reaction === 'number') answer(reaction)
    else if ('act' in reaction) perform(reaction, arrival, request, response)
    else setTimeout(() => answer(reaction.status), reaction.afterMs)
  }

  function perform(
    { act, status }: Act,
    arrival: Arrival,
    request: IncomingMessage,
    response: ServerResponse,
  ): void {
    arrival.status = status
    act(response, request.socket)
  }

  function hold(name: string, response: ServerResponse, release: () => void): void {
    const releases = held.get(name) ?? new Set()
    held.set(name, releases.add(release))
    response.once('close', () => releases.delete(release))
  }

  function wait(moment: Moment, isDone: (name: string) => boolean, timeoutMs: number): Promise<void> {
    return new Promise((resolve, reject) => {
      const waiter: Waiter = {
        moment,
        look: (name) => {
          if (!isDone(name)) return
          clearTimeout(timer)
          waiters.delete(waiter)
          resolve()
        },
      }
      const timer = setTimeout(() => {
        waiters.delete(waiter)
        reject(new Error(`not within ${timeoutMs} ms; ${arrivals.length} requests arrived`))
      }, timeoutMs)
      waiters.add(waiter)
    })
  }

  return {
    arrivals,
    count: (name) => counts.get(name) ?? 0,
    openMax,
    async open(name) {
      let server = servers.get(name)
      if (server === undefined) {
        server = createServer((request, response) => serve(name, request, response))
        servers.set(name, server)
        server.listen(0, '127.0.0.1')
        await once(server, 'listening')
      }
      return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
    },
    behave: (name, behaviour) => void behaviours.set(name, behaviour),
    hangBeside: (name, prefix) => void hangingPrefixes.set(name, prefix),
    cutBeside() {
      for (const response of hanging) response.destroy()
    },
    release(name) {
      behaviours.set(name, () => 200)
      for (const release of held.get(name) ?? []) release()
    },
    next: (wanted = () => true, moment = 'whole') => wait(moment, wanted, ARRIVAL_MS_MAX),
    until: async (wanted, timeoutMs) => {
      if (!wanted()) await wait('whole', wanted, timeoutMs)
    },
    async close() {
      for (const server of servers.values()) {
        server.close()
        server.closeAllConnections()
        await once(server, 'close')
      }
    },
  }
}
