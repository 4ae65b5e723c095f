import { execFileSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { availableParallelism, cpus, release, totalmem, type } from 'node:os'
import { fileURLToPath } from 'node:url'

const GIB = 1024 ** 3

/**
 * Writes what a run came to, with when, on which commit and on which machine that was, to a file of its day in
 * `directory`; answers its path. A later one of the same day and name takes its place.
 */
export function writeRunRecord(directory: URL, name: string, run: object): string {
  const at = new Date().toISOString()
  const file = fileURLToPath(new URL(`${at.slice(0, 10)}-${name}.json`, directory))
  mkdirSync(directory, { recursive: true })
  writeFileSync(file, `${JSON.stringify({ at, commit: commit(), machine: machine(), ...run }, null, 2)}\n`)
  return file
}

function machine() {
  return {
    system: `${type()} ${release()}`,
    processor: cpus()[0]?.model ?? 'unknown',
    processors: availableParallelism(),
    memoryGib: Math.round(totalmem() / GIB),
    node: process.version,
  }
}

function commit(): string {
  try {
    return execFileSync('git', ['rev-parse', '--short', 'HEAD'], { encoding: 'utf8' }).trim()
  } catch {
    return 'unknown'
  }
}
