import { SECOND_MS } from '../../core/time.ts'
import type { RunAnswer } from '../remote/run-answer.ts'
import type { Entry } from './report.ts'
import { countsInWords } from './report.ts'
import { findingLine } from './text.ts'
import { xmlAttribute, xmlText } from './xml-text.ts'

/**
 * JUnit's XML, as GitLab, Jenkins and GitHub's report actions read it: a suite for each document, in it one case named
 * after the workflow. FAIL is a failure; what ended without a verdict is an error, and what nobody waited for is skipped.
 */
export function renderJunit(entries: readonly Entry[]): string {
  const suites = entries.map(renderSuite)
  const counts = `tests="${entries.length}" failures="${countOf(entries, 'failure')}" errors="${countOf(entries, 'error')}"`
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name="sealpost" ${counts} skipped="${countOf(entries, 'skipped')}">`,
    ...suites,
    '</testsuites>',
  ].join('\n')
}

type Mark = 'failure' | 'error' | 'skipped' | null

function markOf({ outcome }: Entry): Mark {
  switch (outcome) {
    case 'PASS':
      return null
    case 'FAIL':
      return 'failure'
    case 'SUBMITTED':
      return 'skipped'
    case 'ERROR':
    case 'UNFINISHED':
    case 'INTERRUPTED':
      return 'error'
  }
}

function countOf(entries: readonly Entry[], mark: Mark): number {
  return entries.filter((entry) => markOf(entry) === mark).length
}

function renderSuite(entry: Entry): string {
  const { name, run } = entry
  const mark = markOf(entry)
  const one = (wanted: Mark): number => (mark === wanted ? 1 : 0)
  const time = ((run?.duration_ms ?? 0) / SECOND_MS).toFixed(3)
  const started = run?.started_at == null ? '' : ` timestamp="${xmlAttribute(run.started_at)}"`
  const file = entry.kind === 'file' ? ` file="${xmlAttribute(name)}"` : ''
  const suite = xmlAttribute(name)
  return [
    `  <testsuite name="${suite}" tests="1" failures="${one('failure')}" errors="${one('error')}" skipped="${one('skipped')}" time="${time}"${started}>`,
    `    <testcase name="${xmlAttribute(caseName(run))}" classname="${suite}"${file} time="${time}">`,
    ...(mark === null ? [] : [renderMark(mark, entry)]),
    ...(run === null ? [] : [`      <system-out>${xmlText(restOf(entry, run))}</system-out>`]),
    '    </testcase>',
    '  </testsuite>',
  ].join('\n')
}

function caseName(run: RunAnswer | null): string {
  return run?.workflow.name ?? run?.workflow.slug ?? 'validation'
}

function renderMark(mark: Exclude<Mark, null>, { name, outcome, run, message }: Entry): string {
  const told = message ?? (run === null ? outcome : mark === 'failure' ? countsInWords(run) : run.status)
  const opening = `      <${mark} message="${xmlAttribute(told)}"`
  if (mark === 'skipped') return `${opening}/>`
  const errors = findingsOf(run, (severity) => severity === 'error').map((finding) =>
    findingLine(name, finding),
  )
  return `${opening} type="${outcome}">${xmlText(errors.join('\n') || told)}</${mark}>`
}

/** What does not make a document fail, the score, and where to read on. */
function restOf({ name }: Entry, run: RunAnswer): string {
  const findings = findingsOf(run, (severity) => severity !== 'error')
  return [
    ...findings.map((finding) => findingLine(name, finding)),
    ...(run.score === null ? [] : [`score ${run.score}`]),
    run.url,
  ].join('\n')
}

function findingsOf(run: RunAnswer | null, wanted: (severity: string) => boolean): RunAnswer['findings'] {
  return (run?.findings ?? []).filter(({ severity }) => wanted(severity))
}
