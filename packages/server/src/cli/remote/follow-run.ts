import { LIMITS } from '../../core/limits.ts'
import { SECOND_MS } from '../../core/time.ts'
import type { RemoteClient } from './client.ts'
import { hasEnded, runFrom, type RunAnswer } from './run-answer.ts'

/** Called with the run each time the server was asked and it had not ended. */
type OnWaiting = (run: RunAnswer) => void

/**
 * Asks for the run until it has ended or the client's time is over, and gives it as it was last seen. Rejects with
 * RemoteError or InterruptedError.
 */
export async function followRun(
  client: RemoteClient,
  runId: string,
  onWaiting: OnWaiting,
): Promise<RunAnswer> {
  // Most runs are quick: the first wait is short, so that something is heard soon of one that is not.
  for (let waitMs: number = LIMITS.runInlineWaitMs; ; waitMs = LIMITS.waitSecondsMax * SECOND_MS) {
    const beganMs = client.remainingMs()
    const run = await askForRun(client, runId, Math.min(waitMs, beganMs))
    if (hasEnded(run) || client.remainingMs() === 0) return run
    onWaiting(run)
    // A server that is stopping does not wait with its answer: it must not be asked in a tight loop.
    const pauseMs = LIMITS.clientPollMsMin - (beganMs - client.remainingMs())
    if (pauseMs > 0) await client.pause(Math.min(pauseMs, client.remainingMs()))
  }
}

async function askForRun(client: RemoteClient, runId: string, waitMs: number): Promise<RunAnswer> {
  const { server, organization } = client.settings
  const wait = (waitMs / SECOND_MS).toFixed(3)
  const answer = await client.send({
    method: 'GET',
    path: `/api/v1/orgs/${organization}/runs/${runId}/?wait=${wait}`,
    timeoutMs: waitMs + LIMITS.clientAnswerMsMax,
  })
  return runFrom(answer, server)
}
