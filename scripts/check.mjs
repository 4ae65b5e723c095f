// Everything that a change must pass, in the order in which a failure is cheapest to find. Building comes early because
// types, lint and rooms look at what the receiver's package exports, which is its compiled form.
import { performance } from 'node:perf_hooks'
import { run } from './project.mjs'

const STEPS = [
  { title: 'Format', script: 'check:format' },
  { title: 'Build', script: 'build' },
  { title: 'Types, tests included', script: 'check:types' },
  { title: 'Lint', script: 'check:lint' },
  { title: 'Rooms: who may import what', script: 'check:rooms' },
  { title: 'Unused code and dependencies', script: 'check:unused' },
  { title: 'Packages as they would be published', script: 'check:packages' },
  { title: 'Tests', script: 'vitest' },
  { title: 'Benchmark in small: results only, no times', script: 'bench:smoke' },
]

const start = performance.now()
const times = []

for (const { title, script } of STEPS) {
  console.log(`\n── ${title} (npm run ${script})`)
  const stepStart = performance.now()
  const isRight = run('npm', ['run', '--silent', script])
  times.push(`${title} ${secondsSince(stepStart)}`)
  if (isRight) {
    console.log(`   ${secondsSince(stepStart)}`)
    continue
  }
  console.error(
    `\nFailed: ${title}. See above; this step alone: npm run ${script}\nUntil then: ${times.join(', ')}`,
  )
  process.exit(1)
}

console.log(`\nAll ${STEPS.length} checks passed in ${secondsSince(start)}: ${times.join(', ')}.`)

function secondsSince(since) {
  return `${((performance.now() - since) / 1000).toFixed(1)} s`
}
