import { parseArgs } from 'node:util'
import { record, type Recorded } from './record.ts'
import { runScenario } from './run-scenario.ts'
import { SCENARIOS } from './scenarios/index.ts'

const NAMES = SCENARIOS.map(({ name }) => name)
const USAGE = `npm run test:faults -- [options]

Every fault of the matrix at full size, one after the other. docs/faults.md says what each is.

  --only NAME[,NAME]   these only: ${NAMES.join(', ')};
                       attacks stands for all that begin with attacks/
  --slice              the short form that runs with the other tests
  --seed N             repeats the chances of an earlier run; another seed each time, when left out
  --record             keeps the figures in packages/server/test/faults/results/
  --help               this text`

interface Options {
  seed: number
  only: readonly string[]
  size: 'slice' | 'full'
  keepsRecord: boolean
}

/** Null when help was asked for. Throws, in plain words, what it cannot use. */
function readOptions(): Options | null {
  const { values } = parseArgs({
    options: {
      seed: { type: 'string' },
      only: { type: 'string' },
      slice: { type: 'boolean', default: false },
      record: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  })
  if (values.help) return null
  const seed = values.seed === undefined ? Date.now() % 1_000_000 : Number(values.seed)
  if (!Number.isSafeInteger(seed)) throw new Error(`--seed ${values.seed}: a whole number is needed.`)
  const only = values.only?.split(',').flatMap(namesOf) ?? NAMES
  return { seed, only, size: values.slice ? 'slice' : 'full', keepsRecord: values.record }
}

/** The scenario of that name, or all of that group. */
function namesOf(name: string): string[] {
  const names = NAMES.filter((one) => one === name || one.startsWith(`${name}/`))
  if (names.length === 0) throw new Error(`--only ${name}: there is no such scenario.`)
  return names
}

async function runAll({ seed, only, size, keepsRecord }: Options): Promise<void> {
  console.log(`seed ${seed}, ${size}`)
  const results: Recorded[] = []
  for (const scenario of SCENARIOS) {
    if (!only.includes(scenario.name)) continue
    console.log(`\n${scenario.name}: ${scenario.what}`)
    const startedAt = performance.now()
    const outcome = await runScenario(scenario, size, seed, (text) => console.log(`  … ${text}`))
    const seconds = Math.round((performance.now() - startedAt) / 100) / 10
    results.push({ name: scenario.name, seconds, ...outcome })
    console.log(`  ${lineOf(outcome)} (${seconds} s)`)
    for (const violation of outcome.violations) console.log(`  VIOLATED ${violation}`)
  }

  const violated = results.filter(({ violations }) => violations.length > 0).map(({ name }) => name)
  if (keepsRecord) console.log(`\nrecorded in ${record({ seed, size, results })}`)
  if (violated.length === 0) {
    console.log(`\nAll ${results.length} held.`)
    return
  }
  console.error(
    `\nViolated by ${violated.join(', ')}. Again: npm run test:faults -- --seed ${seed} --only ${violated.join()}`,
  )
  process.exitCode = 1
}

function lineOf({ figures, skipped }: Omit<Recorded, 'name' | 'seconds'>): string {
  if (skipped !== undefined) return `skipped: ${skipped}`
  return Object.entries(figures)
    .map(([name, value]) => `${name}: ${value}`)
    .join('; ')
}

function optionsOrExit(): Options | null {
  try {
    return readOptions()
  } catch (error) {
    console.error(error instanceof Error ? error.message : error)
    console.error(`\n${USAGE}`)
    process.exit(2)
  }
}

const options = optionsOrExit()
if (options === null) console.log(USAGE)
else await runAll(options)
