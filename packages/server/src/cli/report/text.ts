import { findingWords } from '../../core/finding-words.ts'
import type { FindingAnswer, RunAnswer } from '../remote/run-answer.ts'
import { printable, type Style, type Terminal } from '../terminal.ts'
import { countsInWords, type Entry, type Outcome } from './report.ts'

const OUTCOME_STYLES: Record<Outcome, Style> = {
  PASS: 'green',
  SUBMITTED: 'cyan',
  FAIL: 'red',
  ERROR: 'red',
  UNFINISHED: 'yellow',
  INTERRUPTED: 'yellow',
}
const SEVERITY_STYLES: Record<string, Style> = { error: 'red', warning: 'yellow' }

/** For people: each document's findings, then its line; a line of all where there are several. */
export function renderText(entries: readonly Entry[], style: Terminal['style']): string {
  const lines = entries.flatMap((entry) => [
    ...(entry.run?.findings ?? []).map((finding) => findingLine(entry.name, finding, style)),
    ...omittedLine(entry.run),
    entryLine(entry, style),
  ])
  return [...lines, ...(entries.length > 1 ? [totalLine(entries)] : [])].join('\n')
}

/** `file:line:column: severity: code: message (path)`, the form that editors and CI systems know from compilers. */
export function findingLine(
  name: string,
  finding: FindingAnswer,
  style: Terminal['style'] = (_format, text) => text,
): string {
  const { severity, code, path, line, column } = finding
  const words = findingWords({ ...finding, schemaType: finding.schema_type })
  const place = line == null ? name : column == null ? `${name}:${line}` : `${name}:${line}:${column}`
  const shown = style(SEVERITY_STYLES[severity] ?? 'dim', printable(severity))
  return `${printable(place)}: ${shown}: ${printable(`${code}: ${words}${path === '' ? '' : ` (${path})`}`)}`
}

/** What a run was found to have, in words; '' for one that has not ended as PASS or FAIL. */
export function verdictWords(run: RunAnswer): string {
  const score = run.score === null ? '' : `, score ${run.score}`
  return `${countsInWords(run)}${score}`
}

/** The server keeps no more than so many findings of a run. */
function omittedLine(run: RunAnswer | null): string[] {
  if (run === null) return []
  const { error_count: errors, warning_count: warnings, info_count: infos } = run.summary
  const omitted = errors + warnings + infos - run.findings.length
  return omitted > 0 ? [`… and ${omitted} more`] : []
}

function entryLine({ name, outcome, run, message }: Entry, style: Terminal['style']): string {
  const told = message === null ? (run === null ? '' : wordsOf(outcome, run)) : printable(message)
  const link = run === null ? '' : `  ${style('dim', printable(run.url))}`
  return `${style(OUTCOME_STYLES[outcome], outcome)} ${printable(name)}: ${told}${link}`
}

function wordsOf(outcome: Outcome, run: RunAnswer): string {
  switch (outcome) {
    case 'PASS':
    case 'FAIL':
    case 'ERROR':
      return verdictWords(run)
    case 'SUBMITTED':
      return `run ${run.id}`
    case 'UNFINISHED':
    case 'INTERRUPTED':
      return `run ${run.id} is ${printable(run.status)}`
  }
}

function totalLine(entries: readonly Entry[]): string {
  const counts = new Map<Outcome, number>()
  for (const { outcome } of entries) counts.set(outcome, (counts.get(outcome) ?? 0) + 1)
  const words = [...counts].map(([outcome, count]) => `${count} ${outcome}`)
  return `${entries.length} documents: ${words.join(', ')}`
}
