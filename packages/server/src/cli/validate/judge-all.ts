import type { Readable } from 'node:stream'
import { LIMITS } from '../../core/limits.ts'
import type { RemoteClient } from '../remote/client.ts'
import { mapInOrder } from '../remote/map-in-order.ts'
import { InterruptedError, RemoteError } from '../remote/remote-error.ts'
import { hasEnded, type RunAnswer } from '../remote/run-answer.ts'
import { failure, settleRun, type SettleOptions } from '../remote/settle-run.ts'
import { entryOfRun, type Entry } from '../report/report.ts'
import { readDocument } from './read-document.ts'
import { submitDocument, submitUrl, type SubmitOptions } from './submit.ts'
import type { Target } from './target.ts'

export interface JudgeOptions extends SubmitOptions, SettleOptions {
  isWaiting: boolean
  standardInput: Readable
}

/** A run for each target, some at once; entries are in the targets' order. Never rejects for what a server says. */
export function judgeAll(
  client: RemoteClient,
  targets: readonly Target[],
  options: JudgeOptions,
): Promise<Entry[]> {
  /** What one was refused for is not tried with a thousand others. */
  let refused: Error | null = null

  return mapInOrder(targets, LIMITS.clientDocumentsAtOnceMax, async (target) => {
    if (refused !== null) return failure(target, refused)
    try {
      return await judge(client, target, options)
    } catch (error) {
      if (error instanceof InterruptedError || (error instanceof RemoteError && error.concernsAll)) {
        refused = error
      }
      return failure(target, error)
    }
  })
}

/** Rejects when there is no run. */
async function judge(client: RemoteClient, target: Target, options: JudgeOptions): Promise<Entry> {
  const run = await submit(client, target, options)
  if (!options.isWaiting || hasEnded(run)) return entryOfRun(target, run, options.failOn, 'SUBMITTED')
  return settleRun(client, target, { id: run.id, run }, options)
}

async function submit(client: RemoteClient, target: Target, options: JudgeOptions): Promise<RunAnswer> {
  if (target.kind === 'url') return submitUrl(client, options, target.name)
  const content = await readDocument(target.name, options.standardInput, client.stop)
  return submitDocument(client, options, content, target.labels)
}
