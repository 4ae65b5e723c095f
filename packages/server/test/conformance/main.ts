import { execFileSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { explanationsOf, fileOf } from './recorded.ts'
import { rateOf, unexplained, type Part, type Recorded, type Suite } from './suite.ts'
import { SUITES } from './suites.ts'

// npm run conformance -- --suite NAME=PATH [--suite NAME=PATH …] [--commit HASH] [--record]
//
// Holds validators against local copies of public suites, and prints how much of each is right. Ends with 1 when they disagree
// with a test and explanations/NAME.json does not say why, or when it explains what is right by now. `--record` writes
// results/NAME.json, which a test compares with the explanations. The commit is that of the copy's repository, or what
// `--commit` says.

const { values: options } = parseArgs({
  options: {
    suite: { type: 'string', multiple: true, default: [] },
    commit: { type: 'string' },
    record: { type: 'boolean', default: false },
  },
})

if (options.suite.length === 0) {
  console.error('Name at least one local copy of a suite: --suite NAME=PATH')
  for (const { name, repository, licence } of SUITES) console.error(`  ${name}: ${repository} (${licence})`)
  process.exit(2)
}

const open: string[] = []
for (const given of options.suite) {
  const [name = '', path = ''] = given.split('=', 2)
  const suite = SUITES.find((each) => each.name === name)
  if (suite === undefined || path === '') {
    console.error(
      `--suite ${given}: must be NAME=PATH, with one of ${SUITES.map((each) => each.name).join(', ')}`,
    )
    process.exit(2)
  }
  await hold(suite, path)
}
process.exitCode = open.length === 0 ? 0 : 1

async function hold(suite: Suite, path: string): Promise<void> {
  const parts = await suite.run(path)
  const commit = options.commit ?? commitOf(path)
  console.log(`\n${suite.name}, ${suite.repository} at ${commit}`)
  console.table(Object.fromEntries(parts.map((part) => [part.name, rowOf(part)])))
  const unclear = unexplained(parts, explanationsOf(suite.name))
  for (const line of unclear) console.log(line)
  open.push(...unclear)
  if (!options.record) return
  const recorded: Recorded = { suite: suite.name, commit, parts }
  mkdirSync(new URL('.', fileOf('results', suite.name)), { recursive: true })
  writeFileSync(fileOf('results', suite.name), `${JSON.stringify(recorded, null, 2)}\n`)
}

function rowOf(part: Part): Record<string, number | string> {
  const count = (kind: string): number => part.disagreements.filter((each) => each.kind === kind).length
  return {
    tests: part.tests,
    right: part.tests - part.disagreements.length,
    '%': rateOf(part),
    refused: count('refused'),
    'passed wrongly': count('false_pass'),
    'failed wrongly': count('false_fail'),
  }
}

function commitOf(path: string): string {
  try {
    return execFileSync('git', ['-C', path, 'rev-parse', 'HEAD'], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    }).trim()
  } catch {
    return 'unknown'
  }
}
