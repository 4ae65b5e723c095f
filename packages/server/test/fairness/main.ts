import { CASES } from './cases.ts'
import { EXPERIMENT, runExperiment, type Waits } from './experiment.ts'

/**
 * The whole experiment, as a table: `node packages/server/test/fairness/main.ts [seed]`. Waits are p50, p99 and the
 * longest, in milliseconds of virtual time.
 */
const seed = Number(process.argv[2] ?? EXPERIMENT.seed)

function told({ p50, p99, max }: Waits): string {
  return [p50, p99, max].map((ms) => ms.toFixed(0).padStart(6)).join(' ')
}

console.log(`seed ${seed}`)
for (const [name, fields] of Object.entries(CASES)) {
  const { healthy, hanging, attempts, inFlightMax } = await runExperiment({ ...EXPERIMENT, ...fields, seed })
  console.log(
    `${name.padEnd(46)} healthy ${told(healthy)}   hanging ${told(hanging)}   ${attempts} attempts, ${inFlightMax} in flight at most`,
  )
}
