import type { ClientSettings } from '../../config/client-settings.ts'
import type { Clock } from '../../core/clock.ts'
import { LIMITS } from '../../core/limits.ts'
import type { Random } from '../../core/random.ts'
import { SECOND_MS } from '../../core/time.ts'
import { exchange, type RemoteRequest } from './exchange.ts'
import { InterruptedError, RemoteError } from './remote-error.ts'

/** A running server, called until it answers, the attempts are used up or the time is over. */
export interface RemoteClient {
  readonly settings: ClientSettings
  /** Aborted when the user asks to stop. */
  readonly stop: AbortSignal
  /**
   * The JSON of a 2xx answer. Only for requests that may be received twice. Rejects with RemoteError or
   * InterruptedError.
   */
  send(request: RemoteRequest): Promise<unknown>
  /** Until the time of the whole command is over; 0 from then on. */
  remainingMs(): number
  /** Rejects with InterruptedError when the user asks to stop meanwhile. */
  pause(ms: number): Promise<void>
}

export interface RemoteParts {
  clock: Clock
  random: Random
  stop: AbortSignal
  /** For the whole command. */
  timeoutMs: number
  /** Told of what a person who waits wants to know. */
  note: (line: string) => void
}

export function createRemoteClient(settings: ClientSettings, parts: RemoteParts): RemoteClient {
  const { clock, random, stop, note } = parts
  const end = clock.monotonic() + parts.timeoutMs
  const remainingMs = (): number => Math.max(0, end - clock.monotonic())
  const pause = (ms: number): Promise<void> => pauseOn(clock, ms, stop)
  const context = { stop, nowMs: () => clock.now() }

  async function send(request: RemoteRequest): Promise<unknown> {
    for (let attempt = 1; ; attempt += 1) {
      // With some grace: an answer that was due at the very end may be on its way.
      const timeoutMs = Math.min(request.timeoutMs, remainingMs() + SECOND_MS)
      try {
        return await exchange(settings, { ...request, timeoutMs }, context)
      } catch (error) {
        if (!(error instanceof RemoteError) || !error.isTransient) throw error
        const waitMs = retryWaitMs(attempt, error.retryAfterMs, random)
        if (attempt >= LIMITS.clientAttemptsMax || waitMs >= remainingMs()) throw error
        note(`${error.message} Trying again in ${Math.ceil(waitMs / SECOND_MS)} s.`)
        await pause(waitMs)
      }
    }
  }

  return { settings, stop, send, remainingMs, pause }
}

/** Before the next attempt: doubled each time, half of it by chance; no sooner than the server asks. */
export function retryWaitMs(attempt: number, retryAfterMs: number | null, random: Random): number {
  const fullMs = Math.min(LIMITS.clientRetryMsMax, LIMITS.clientRetryMsMin * 2 ** (attempt - 1))
  return Math.max(retryAfterMs ?? 0, fullMs / 2 + (fullMs / 2) * random.fraction())
}

function pauseOn(clock: Clock, ms: number, stop: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const interrupt = (): void => {
      timer.cancel()
      reject(new InterruptedError('Interrupted.'))
    }
    const timer = clock.after(ms, () => {
      stop.removeEventListener('abort', interrupt)
      resolve()
    })
    if (stop.aborted) interrupt()
    else stop.addEventListener('abort', interrupt, { once: true })
  })
}
