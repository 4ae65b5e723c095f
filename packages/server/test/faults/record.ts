import { execFileSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { availableParallelism, cpus, release, totalmem, type } from 'node:os'
import { fileURLToPath } from 'node:url'
import type { Outcome, Setting } from './scenario.ts'

export interface Recorded extends Outcome {
  name: string
  seconds: number
}

const DIRECTORY = new URL('results/', import.meta.url)
const GIB = 1024 ** 3

/** Writes what a run came to, and on which machine, to a file of its day; answers its path. */
export function record(run: { seed: number; size: Setting['size']; results: readonly Recorded[] }): string {
  const now = new Date().toISOString()
  const file = fileURLToPath(new URL(`${now.slice(0, 10)}.json`, DIRECTORY))
  const machine = {
    system: `${type()} ${release()}`,
    processor: cpus()[0]?.model ?? 'unknown',
    processors: availableParallelism(),
    memoryGib: Math.round(totalmem() / GIB),
    node: process.version,
  }
  mkdirSync(DIRECTORY, { recursive: true })
  writeFileSync(file, `${JSON.stringify({ at: now, commit: commit(), machine, ...run }, null, 2)}\n`)
  return file
}

function commit(): string {
  try {
    return execFileSync('git', ['rev-parse', '--short', 'HEAD'], { encoding: 'utf8' }).trim()
  } catch {
    return 'unknown'
  }
}
