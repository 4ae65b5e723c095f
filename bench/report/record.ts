import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Machine } from '../lib/machine.ts'
import type { CheckTotals } from './checks.ts'
import { formatDuration } from './format.ts'
import { median, type SectionResult } from './result.ts'
import { describe, describeChecks, describeVerdicts } from './summary.ts'
import { renderMarkdown } from './table.ts'

export interface Run {
  startedAt: Date
  seconds: number
  /** E.g. `git describe`; null outside a clone. */
  version: string | null
  scale: string
  machine: Machine
  checks: CheckTotals
  sections: readonly SectionResult[]
}

/** Everything measured, for programs. */
export function toJson({ sections, ...run }: Run): string {
  const rows = sections.map((section) => ({
    ...section,
    rows: section.rows.map((row) => ({ ...row, median: row.rounds.length > 0 ? median(row.rounds) : null })),
  }))
  return `${JSON.stringify({ ...run, sections: rows }, null, 2)}\n`
}

/** For people. */
function toMarkdown(run: Run): string {
  const { startedAt, seconds, version, scale, machine, checks, sections } = run
  return [
    `# Benchmark of ${startedAt.toISOString().slice(0, 10)}`,
    `Scale: ${scale}. Version: ${version ?? 'unknown'}. Took ${formatDuration(seconds)}.`,
    describe(machine).replaceAll('\n', '  \n'),
    describeChecks(checks).replaceAll('\n', '  \n'),
    describeVerdicts(sections).replace(/\n +/g, '\n- ').replace(':\n', ':\n\n'),
    renderMarkdown(sections),
    '',
  ].join('\n\n')
}

/** Writes `<date>-<machine>.json` and `.md`; answers the path without its ending. */
export function record(folder: string, run: Run, machineName: string): string {
  mkdirSync(folder, { recursive: true })
  const path = join(folder, `${run.startedAt.toISOString().slice(0, 10)}-${machineName}`)
  writeFileSync(`${path}.json`, toJson(run))
  writeFileSync(`${path}.md`, toMarkdown(run))
  return path
}
