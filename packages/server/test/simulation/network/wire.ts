import { EventEmitter } from 'node:events'
import type { Socket } from 'node:net'
import { systemError } from '../../support/reports.ts'
import type { Pause } from '../pause.ts'
import type { SimulatedProcess } from '../process.ts'

/**
 * A connection between a process and a server. Each direction keeps its order. What is under way when the process dies
 * may arrive or not; what comes for a process that stands still comes when it goes on.
 */
export interface Wire {
  /** No two are alike. */
  readonly name: string
  readonly process: SimulatedProcess
  /** The process's end, as the sender uses it. */
  readonly socket: Socket
  /** Asks `isWelcome`, if given, right before the bytes would arrive; they are dropped when it says no. */
  send(bytes: Buffer, options: { onArrival?: () => void; isWelcome?: () => boolean }): void
  /** Ends it in order; what was sent before still arrives. */
  end(): void
  /** As the kernel does for a connection that is closed, or a server that cuts it. */
  reset(): void
}

export interface WireParts {
  name: string
  process: SimulatedProcess
  pause: Pause
  /** How long something is under way. */
  transitMs: () => number
  /** Whether what a process had handed over when it died goes out. */
  goesOut: () => boolean
  /** As the process writes. */
  onWrite: (bytes: Buffer) => void
  /** As the bytes arrive at the server. */
  onArrival: (bytes: Buffer) => void
  /** Of what is under way to the server. */
  count: (change: 1 | -1) => void
}

export function createWire(parts: WireParts): Wire {
  const { name, process, pause } = parts
  let isClosed = false
  let toServer = Promise.resolve()
  let toProcess = Promise.resolve()

  function write(bytes: Buffer): void {
    if (isClosed) return
    parts.count(1)
    parts.onWrite(bytes)
    toServer = toServer.then(async () => {
      await pause(parts.transitMs(), `${process.name} sends to ${name}`)
      parts.count(-1)
      if (process.state !== 'dead' || parts.goesOut()) parts.onArrival(bytes)
    })
  }

  /** `action` at the process's end, if that is still open then. */
  function deliver(action: () => void): void {
    toProcess = toProcess.then(async () => {
      await pause(parts.transitMs(), `${name} answers ${process.name}`)
      void process.enter(Promise.resolve()).then(() => {
        if (!isClosed) action()
      })
    })
  }

  // What the sender uses of a socket, and no more.
  const socket = Object.assign(new EventEmitter(), {
    writableLength: 0,
    setNoDelay: () => undefined,
    cork: () => undefined,
    uncork: () => undefined,
    write,
    destroy() {
      isClosed = true
    },
  })

  function close(error: Error | null): void {
    isClosed = true
    if (error === null) socket.emit('end')
    else socket.emit('error', error)
    socket.emit('close')
  }

  return {
    name,
    process,
    socket: socket as unknown as Socket,
    send(bytes, { onArrival, isWelcome }) {
      deliver(() => {
        if (isWelcome?.() === false) return
        onArrival?.()
        socket.emit('data', bytes)
      })
    },
    end: () => deliver(() => close(null)),
    reset: () => deliver(() => close(systemError('ECONNRESET'))),
  }
}
