/**
 * `npm run test:faults`: every fault of the matrix at full size, one after the other. docs/faults.md says what each is.
 *
 *   --seed N       repeats the chances of an earlier run; another seed each time, when left out
 *   --only A,B     these scenarios only
 *   --slice        the short form that runs with the other tests
 *   --record       keeps the figures in results/
 */
import { parseArgs } from 'node:util'
import { record, type Recorded } from './record.ts'
import { runScenario } from './run-scenario.ts'
import { SCENARIOS } from './scenarios/index.ts'

const { values } = parseArgs({
  options: {
    seed: { type: 'string' },
    only: { type: 'string' },
    slice: { type: 'boolean', default: false },
    record: { type: 'boolean', default: false },
  },
})
const seed = values.seed === undefined ? Date.now() % 1_000_000 : Number(values.seed)
const wanted = values.only?.split(',')
const unknown = wanted?.filter((name) => !SCENARIOS.some((scenario) => scenario.name === name)) ?? []
if (!Number.isSafeInteger(seed) || unknown.length > 0) {
  console.error(`--seed takes a whole number, --only some of ${SCENARIOS.map(({ name }) => name).join(',')}`)
  process.exit(2)
}

const size = values.slice ? 'slice' : 'full'
console.log(`seed ${seed}, ${size}`)
const results: Recorded[] = []
for (const scenario of SCENARIOS) {
  if (wanted?.includes(scenario.name) === false) continue
  console.log(`\n${scenario.name}: ${scenario.what}`)
  const startedAt = performance.now()
  const outcome = await runScenario(scenario, size, seed, (text) => console.log(`  … ${text}`))
  const seconds = Math.round((performance.now() - startedAt) / 100) / 10
  results.push({ name: scenario.name, seconds, ...outcome })
  console.log(`  ${lineOf(outcome)} (${seconds} s)`)
  for (const violation of outcome.violations) console.log(`  VIOLATED ${violation}`)
}

const violated = results.filter(({ violations }) => violations.length > 0).map(({ name }) => name)
if (values.record) console.log(`\nrecorded in ${record({ seed, size, results })}`)
if (violated.length > 0) {
  console.error(
    `\nViolated by ${violated.join(', ')}. Again: npm run test:faults -- --seed ${seed} --only ${violated.join()}`,
  )
  process.exitCode = 1
} else {
  console.log(`\nAll ${results.length} held.`)
}

function lineOf({ figures, skipped }: Recorded | Omit<Recorded, 'name' | 'seconds'>): string {
  if (skipped !== undefined) return `skipped: ${skipped}`
  return Object.entries(figures)
    .map(([name, value]) => `${name}: ${value}`)
    .join('; ')
}
