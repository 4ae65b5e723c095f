// npm run bench:smoke: a little of everything that needs no Redis. It says whether the benchmark's results are right, and
// nothing of how fast anything is: it fails on what is lost, doubled, unsigned or missing in the table, never on time.
import type { Section } from './bench.ts'
import { cleanUpAtEnd } from './lib/cleanup.ts'
import { eachOf } from './lib/each-of.ts'
import { describeMachine } from './lib/machine.ts'
import { makeSecret, startTools } from './load/tools.ts'
import { createChecks } from './report/checks.ts'
import { formatDuration } from './report/format.ts'
import { toJson, type Run } from './report/record.ts'
import type { Row, SectionResult } from './report/result.ts'
import { describeChecks } from './report/summary.ts'
import { renderTable } from './report/table.ts'
import { NO_REDIS } from './rivals/redis.ts'
import { SMOKE } from './scale.ts'
import { SECTIONS } from './sections/index.ts'

const SECTIONS_AT_ONCE = 2

cleanUpAtEnd()
try {
  process.exit(await smoke())
} catch (error) {
  console.error(error)
  process.exit(1)
}

async function smoke(): Promise<number> {
  const startedAt = new Date()
  const machine = { ...describeMachine(), redis: null }
  const secret = makeSecret()
  const checks = createChecks(secret.text)
  const found = new Map<Section, Row[]>()
  // Side by side: no time is measured, so none is disturbed.
  await eachOf(SECTIONS, SECTIONS_AT_ONCE, async (section) => {
    const tools = await startTools(secret)
    found.set(section, await section.run({ scale: SMOKE, machine, tools, checks, progress: () => undefined }))
    tools.end()
  })
  const sections = SECTIONS.map((section): SectionResult => {
    const { name, title } = section
    return { name, title, rows: found.get(section) ?? [] }
  })

  const seconds = (Date.now() - startedAt.getTime()) / 1_000
  const run: Run = {
    startedAt,
    seconds,
    version: null,
    scale: 'smoke',
    machine,
    checks: checks.totals,
    sections,
  }
  const faults = [...checks.totals.faults, ...faultsOfTable(run)]
  const rows = sections.reduce((sum, section) => sum + section.rows.length, 0)
  console.log(describeChecks(checks.totals))
  console.log(`The table has its ${rows} rows. Took ${formatDuration(seconds)}.`)
  for (const fault of faults) console.error(`WRONG: ${fault}`)
  return faults.length === 0 ? 0 : 1
}

/** Every row has a figure or the one reason there may be not to have it, and is in the table and in the JSON. */
function faultsOfTable(run: Run): string[] {
  const table = renderTable(run.sections)
  const { sections } = JSON.parse(toJson(run)) as { sections: SectionResult[] }
  return run.sections.flatMap(({ name, rows }, index) => [
    ...(rows.length === 0 ? [`${name} has no rows`] : []),
    ...(sections[index]?.rows.length === rows.length ? [] : [`${name} is not whole in the JSON`]),
    ...rows.flatMap(({ what, rounds, skipped, ratios = [] }) => [
      ...(table.includes(what) ? [] : [`${what} is not in the table`]),
      ...(rounds.length === 0 && skipped !== NO_REDIS ? [`${what} was not measured`] : []),
      ...[...rounds, ...ratios.map(({ value }) => value)]
        .filter((value) => !Number.isFinite(value) || value <= 0)
        .map((value) => `${what} is ${value}`),
    ]),
  ])
}
