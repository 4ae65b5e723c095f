import { parentPort } from 'node:worker_threads'
import { runScenario } from './run-scenario.ts'
import { scenarioOf } from './scenario.ts'
import { reportOf } from './seed-report.ts'
import { BACKINGS, type BackingName } from './store/backing.ts'

/** One seed at a time, as the main thread hands them out. */
export interface SeedTask {
  seed: number
  store: BackingName
}

parentPort?.on('message', (task: SeedTask) => {
  void work(task)
})

async function work({ seed, store }: SeedTask): Promise<void> {
  const run = await runScenario(scenarioOf(seed), { openBacking: BACKINGS[store] })
  parentPort?.postMessage(reportOf(run))
}
