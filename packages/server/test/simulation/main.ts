import { parseArgs } from 'node:util'
import { checkInterleavings, explainInterleavings } from './interleavings.ts'
import { writeRunRecord } from '../support/run-record.ts'
import { runScenario } from './run-scenario.ts'
import { runSeeds } from './run-seeds.ts'
import { HOURS_PER_SEED, scenarioOf } from './scenario.ts'
import { explain, isClean, reportOf } from './seed-report.ts'
import { BACKINGS, isBackingName, type BackingName } from './store/backing.ts'
import { add, emptyTotals, summaryOf } from './totals.ts'

const USAGE = `npm run sim -- [options]

  --hours H        virtual hours of traffic, ${HOURS_PER_SEED} a seed (default 10000)
  --from-seed N    the first seed (default 1)
  --seed N         this seed alone, with a trace of whatever it violates
  --interleavings N  small cases in which fast-check decides which answer comes first (default 5000)
  --case SEED[:PATH]  these small cases alone, or the one that failed
  --overtaking       … in which the store's answers may overtake each other too, as over a network
  --store NAME     ${Object.keys(BACKINGS).join(' or ')} (default memory)
  --threads N      seeds at a time (default 2)
  --keep-going     run all seeds, whatever fails
  --record         write what came of it to results/
`

interface Options {
  hours: number
  fromSeed: number
  seed: number | null
  interleavings: number
  case: { seed: number; path?: string } | null
  overtaking: boolean
  store: BackingName
  threads: number
  keepGoing: boolean
  record: boolean
}

function readOptions(args: readonly string[]): Options {
  const { values } = parseArgs({
    args: [...args],
    options: {
      hours: { type: 'string', default: '10000' },
      'from-seed': { type: 'string', default: '1' },
      seed: { type: 'string' },
      interleavings: { type: 'string', default: '5000' },
      case: { type: 'string' },
      overtaking: { type: 'boolean', default: false },
      store: { type: 'string', default: 'memory' },
      threads: { type: 'string', default: '2' },
      'keep-going': { type: 'boolean', default: false },
      record: { type: 'boolean', default: false },
    },
  })
  if (!isBackingName(values.store)) throw new TypeError(`--store: there is no store "${values.store}"`)
  return {
    hours: wholeNumber('hours', values.hours),
    fromSeed: wholeNumber('from-seed', values['from-seed']),
    seed: values.seed === undefined ? null : wholeNumber('seed', values.seed),
    interleavings: wholeNumber('interleavings', values.interleavings),
    case: values.case === undefined ? null : readCase(values.case),
    overtaking: values.overtaking,
    store: values.store,
    threads: wholeNumber('threads', values.threads),
    keepGoing: values['keep-going'],
    record: values.record,
  }
}

function wholeNumber(name: string, text: string): number {
  if (!/^\d+$/.test(text)) throw new TypeError(`--${name} must be a whole number, not "${text}"`)
  return Number(text)
}

function readCase(text: string): { seed: number; path?: string } {
  const [, seed, path] = /^(-?\d+)(?::([\d:]+))?$/.exec(text) ?? []
  if (seed === undefined) throw new TypeError(`--case must be a seed, or a seed and a path, not "${text}"`)
  return { seed: Number(seed), ...(path !== undefined && { path }) }
}

async function main(options: Options): Promise<boolean> {
  if (options.case !== null) return !(await runInterleavings(options)).failed
  return options.seed === null ? runMany(options) : runOne(options.seed, options.store)
}

async function runOne(seed: number, store: BackingName): Promise<boolean> {
  const run = await runScenario(scenarioOf(seed), { openBacking: BACKINGS[store] })
  const report = reportOf(run)
  const totals = emptyTotals()
  add(totals, report)
  if (!isClean(report)) totals.failed.push(report)
  console.log(JSON.stringify(run.scenario, null, 2))
  console.log(isClean(report) ? `seed ${seed}: every invariant held` : explain(run))
  console.log(summaryOf(totals, 0))
  return isClean(report)
}

const RESULTS = new URL('results/', import.meta.url)
/** How often a run of many seeds says how far it is. */
const PROGRESS_MS = 10_000

async function runMany(options: Options): Promise<boolean> {
  const { hours, fromSeed, store, threads, keepGoing, record } = options
  const count = Math.ceil(hours / HOURS_PER_SEED)
  const totals = emptyTotals()
  const begun = performance.now()
  let toldAt = begun
  const seconds = (): number => (performance.now() - begun) / 1_000

  await runSeeds({ from: fromSeed, count, store, threads }, (report) => {
    add(totals, report)
    if (!isClean(report)) totals.failed.push(report)
    if (performance.now() - toldAt > PROGRESS_MS) {
      toldAt = performance.now()
      console.log(`${totals.seeds} of ${count} seeds, ${totals.figures.hours} h, ${Math.round(seconds())} s`)
    }
    return keepGoing || totals.failed.length === 0
  })

  for (const { seed } of totals.failed.slice(0, 3)) {
    console.log(explain(await runScenario(scenarioOf(seed), { openBacking: BACKINGS[store] })))
  }
  if (count > 0) console.log(summaryOf(totals, seconds()))
  const interleavings = await runInterleavings(options)
  const about = { fromSeed, store, threads, seconds: Math.round(seconds()), interleavings }
  if (record) console.log(`recorded in ${writeRunRecord(RESULTS, store, { ...about, ...totals })}`)
  return totals.failed.length === 0 && !interleavings.failed
}

async function runInterleavings(
  options: Options,
): Promise<{ cases: number; overtaking: boolean; failed: boolean }> {
  const { interleavings: numRuns, overtaking } = options
  if (numRuns === 0) return { cases: 0, overtaking, failed: false }
  const found = await checkInterleavings({ numRuns, overtaking, ...options.case })
  const answers = overtaking ? 'answers, the store’s among them,' : 'answers'
  console.log(
    found.failed
      ? `${explainInterleavings(found)}\nrepeat it: npm run sim -- --case=${found.seed}:${found.counterexamplePath}${overtaking ? ' --overtaking' : ''}`
      : `${found.numRuns} small cases in whatever order ${answers} came (seed ${found.seed}): every invariant held`,
  )
  return { cases: found.numRuns, overtaking, failed: found.failed }
}

try {
  process.exitCode = (await main(readOptions(process.argv.slice(2)))) ? 0 : 1
} catch (error) {
  console.error(error instanceof TypeError ? `${error.message}\n\n${USAGE}` : error)
  process.exitCode = 2
}
