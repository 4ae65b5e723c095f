import { Worker } from 'node:worker_threads'
import type { SeedReport } from './seed-report.ts'
import type { SeedTask } from './worker.ts'

export interface SeedRange {
  from: number
  count: number
  store: SeedTask['store']
  threads: number
}

/** Runs seed after seed in threads of their own; stops handing them out as soon as `onSeed` answers no. */
export async function runSeeds(range: SeedRange, onSeed: (report: SeedReport) => boolean): Promise<void> {
  const { from, count, store, threads } = range
  let next = from
  let goOn = true

  async function serve(): Promise<void> {
    const worker = new Worker(new URL('./worker.ts', import.meta.url))
    try {
      while (goOn && next < from + count) {
        const report = await ask(worker, { seed: next++, store })
        goOn &&= onSeed(report)
      }
    } finally {
      await worker.terminate()
    }
  }

  await Promise.all(Array.from({ length: Math.min(threads, count) }, serve))
}

function ask(worker: Worker, task: SeedTask): Promise<SeedReport> {
  return new Promise((resolve, reject) => {
    worker.once('error', reject)
    worker.once('message', (report: SeedReport) => {
      worker.off('error', reject)
      resolve(report)
    })
    worker.postMessage(task)
  })
}
