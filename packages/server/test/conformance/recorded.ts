import { existsSync, readdirSync, readFileSync } from 'node:fs'
import type { Explanation, Recorded } from './suite.ts'

export function fileOf(folder: 'results' | 'explanations', name: string): URL {
  return new URL(`${folder}/${name}.json`, import.meta.url)
}

/** Empty for a suite that we agree with. */
export function explanationsOf(name: string): Explanation[] {
  const file = fileOf('explanations', name)
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Explanation[]) : []
}

/** The last recorded run of each suite. */
export function recordedRuns(): Recorded[] {
  const folder = new URL('results/', import.meta.url)
  return readdirSync(folder).map(
    (file) => JSON.parse(readFileSync(new URL(file, folder), 'utf8')) as Recorded,
  )
}
