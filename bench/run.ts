// npm run bench: measures Sealpost on this machine, beside what else it could be and what a team would build instead.
import { spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { Bench } from './bench.ts'
import { cleanUpAtEnd } from './lib/cleanup.ts'
import { describeMachine } from './lib/machine.ts'
import { makeSecret, startTools } from './load/tools.ts'
import { HELP, readOptions, type Options } from './options.ts'
import { createChecks } from './report/checks.ts'
import { formatDuration } from './report/format.ts'
import { record, toJson, type Run } from './report/record.ts'
import type { SectionResult } from './report/result.ts'
import { describe, describeChecks, describeVerdicts } from './report/summary.ts'
import { renderTable } from './report/table.ts'

const RESULTS = fileURLToPath(new URL('results/', import.meta.url))

async function main(options: Options): Promise<number> {
  const startedAt = new Date()
  const machine = describeMachine()
  const { sections, scale, scaleName } = options
  const planned = sections.reduce((sum, section) => sum + section.seconds(scale, machine), 0)
  console.log(`${describe(machine)}\nThis takes about ${formatDuration(planned)}.\n`)

  const tools = await startTools(makeSecret())
  const checks = createChecks(tools.secret.text)
  const bench: Bench = { scale, machine, tools, checks, progress: say(startedAt) }
  const results: SectionResult[] = []
  for (const section of sections) {
    console.log(`[${results.length + 1}/${sections.length}] ${section.name}: ${section.title}`)
    results.push({ name: section.name, title: section.title, rows: await section.run(bench) })
  }

  const run: Run = {
    startedAt,
    seconds: (Date.now() - startedAt.getTime()) / 1_000,
    version: versionOfClone(),
    scale: scaleName,
    machine,
    checks: checks.totals,
    sections: results,
  }
  console.log(`\n${renderTable(results)}\n\n${describeVerdicts(results)}\n${describeChecks(checks.totals)}`)
  if (scale.rounds === 1) console.log('One round each: these are no medians.')
  if (options.jsonFile !== null) writeFileSync(options.jsonFile, toJson(run))
  if (options.recordAs !== null)
    console.log(`Recorded: ${record(RESULTS, run, options.recordAs)}.json and .md`)
  return checks.totals.faults.length === 0 ? 0 : 1
}

function say(startedAt: Date): Bench['progress'] {
  return (doing) => {
    const seconds = (Date.now() - startedAt.getTime()) / 1_000
    console.log(`  ${formatDuration(seconds).padStart(12)}  ${doing}`)
  }
}

function versionOfClone(): string | null {
  const { status, stdout } = spawnSync('git', ['describe', '--always', '--dirty'], { encoding: 'utf8' })
  return status === 0 ? stdout.trim() : null
}

/** Null, with the reason or the help said, when there is nothing to run. */
function optionsOf(args: readonly string[]): Options | null {
  try {
    const options = readOptions(args)
    if (options === null) console.log(HELP)
    return options
  } catch (error) {
    console.error(error instanceof Error ? error.message : error)
    process.exitCode = 1
    return null
  }
}

cleanUpAtEnd()
const options = optionsOf(process.argv.slice(2))
try {
  if (options !== null) process.exit(await main(options))
} catch (error) {
  console.error(error)
  process.exit(1)
}
