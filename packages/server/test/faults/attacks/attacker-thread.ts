import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import type { AttackerData, Order, Reply, Step } from './words.ts'

/** The attacker, as the scenario orders it about. One step at a time. */
export interface AttackerThread {
  perform<Result = unknown>(step: Step, url: string): Promise<Result>
  close(): Promise<void>
}

export function startAttacker(data: AttackerData): AttackerThread {
  const worker = new Worker(new URL('worker.ts', import.meta.url), { workerData: data })

  async function perform<Result>(step: Step, url: string): Promise<Result> {
    const answered = once(worker, 'message')
    worker.postMessage({ step, url } satisfies Order)
    const [reply] = (await answered) as [Reply]
    if ('error' in reply) throw new Error(`the attacker, at "${step}": ${reply.error}`)
    return reply.result as Result
  }

  return {
    perform,
    async close() {
      await worker.terminate()
    },
  }
}
