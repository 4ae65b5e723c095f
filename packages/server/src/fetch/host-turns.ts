import type { Clock } from '../core/clock.ts'
import type { PageFailure } from './page.ts'

/** Who may fetch from which host now: a check must be no burden to a site, nor one site to this server. */
export interface HostTurns {
  /**
   * At once, or when the host and this server have room, first come first served. Rejects with a TurnError when that
   * takes longer than `waitMsMax`, too many wait already, `signal` is aborted, or the turns are closed.
   */
  take(host: string, waitMsMax: number, signal?: AbortSignal): Promise<Turn>
  /** Turns away who waits, and who comes. */
  close(): void
  readonly closed: boolean
}

export interface Turn {
  readonly host: string
  /** Safe to call twice. */
  release(): void
}

export interface HostTurnsOptions {
  clock: Clock
  perHostMax: number
  /** Over all hosts. */
  turnsMax: number
  waitersPerHostMax: number
  waitersMax: number
}

/** There was no turn. */
export class TurnError extends Error {
  override readonly name = 'TurnError'
  readonly failure: PageFailure

  constructor(failure: PageFailure) {
    super(failure.message)
    this.failure = failure
  }
}

export const STOPPING: PageFailure = {
  code: 'server_stopping',
  message: 'This server was told to stop before the page was there.',
}

export const CANCELLED: PageFailure = {
  code: 'cancelled',
  message: 'The run was cancelled before the page was there.',
}

interface Waiter {
  host: string
  grant(turn: Turn): void
  refuse(failure: PageFailure): void
}

export function createHostTurns(options: HostTurnsOptions): HostTurns {
  const { clock, perHostMax, turnsMax, waitersPerHostMax, waitersMax } = options
  const underWay = new Map<string, number>()
  const waiters = new Set<Waiter>()
  let taken = 0
  let closed = false

  const isHostFree = (host: string): boolean => (underWay.get(host) ?? 0) < perHostMax
  const isFree = (host: string): boolean => taken < turnsMax && isHostFree(host)

  function start(host: string): Turn {
    let held = true
    taken += 1
    underWay.set(host, (underWay.get(host) ?? 0) + 1)
    return {
      host,
      release() {
        if (!held) return
        held = false
        end(host)
      },
    }
  }

  function end(host: string): void {
    taken -= 1
    const left = (underWay.get(host) ?? 1) - 1
    if (left === 0) underWay.delete(host)
    else underWay.set(host, left)
    for (const waiter of waiters) {
      if (isFree(waiter.host)) waiter.grant(start(waiter.host))
    }
  }

  function busy(host: string): PageFailure {
    return isHostFree(host)
      ? { code: 'fetches_busy', message: 'This server is fetching as many pages as it may. Try again later.' }
      : {
          code: 'host_busy',
          message: `Other pages of ${host} are being fetched, one at a time. Try again later.`,
        }
  }

  function isFull(host: string): boolean {
    if (waiters.size >= waitersMax) return true
    let ofHost = 0
    for (const waiter of waiters) if (waiter.host === host) ofHost += 1
    return ofHost >= waitersPerHostMax
  }

  function wait(host: string, waitMsMax: number, signal?: AbortSignal): Promise<Turn> {
    return new Promise((resolve, reject) => {
      const leave = (): void => {
        timer.cancel()
        signal?.removeEventListener('abort', onAbort)
        waiters.delete(waiter)
      }
      const waiter: Waiter = {
        host,
        grant(turn) {
          leave()
          resolve(turn)
        },
        refuse(failure) {
          leave()
          reject(new TurnError(failure))
        },
      }
      const onAbort = (): void => waiter.refuse(CANCELLED)
      signal?.addEventListener('abort', onAbort)
      const timer = clock.after(waitMsMax, () => waiter.refuse(busy(host)))
      waiters.add(waiter)
    })
  }

  return {
    get closed() {
      return closed
    },
    async take(host, waitMsMax, signal) {
      if (closed) throw new TurnError(STOPPING)
      if (signal?.aborted === true) throw new TurnError(CANCELLED)
      if (isFree(host)) return start(host)
      if (isFull(host)) throw new TurnError(busy(host))
      return wait(host, waitMsMax, signal)
    },
    close() {
      closed = true
      for (const waiter of waiters) waiter.refuse(STOPPING)
    },
  }
}
