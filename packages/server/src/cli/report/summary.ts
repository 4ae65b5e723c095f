import { LIMITS } from '../../core/limits.ts'
import { verdictWords, findingLine } from './text.ts'
import { overall, type Entry } from './report.ts'

/** GitHub's Markdown, for the summary of a job: a table of the documents, and the first findings of all. */
export function renderSummary(entries: readonly Entry[]): string {
  const rows = entries.slice(0, LIMITS.summaryDocumentsMax).map(renderRow)
  const findings = entries.flatMap(({ name, run }) =>
    (run?.findings ?? [])
      .slice(0, LIMITS.summaryFindingsMax + 1)
      .map((finding) => findingLine(name, finding)),
  )
  return [
    `### Sealpost: ${overall(entries)}`,
    '',
    '| Result | Document | Findings |',
    '| --- | --- | --- |',
    ...rows,
    ...omitted(entries.length - rows.length, 'documents'),
    ...renderFindings(findings),
    '',
  ].join('\n')
}

function renderRow({ name, outcome, run, message }: Entry): string {
  const told = escapeMarkdown(message ?? (run === null ? '' : verdictWords(run)))
  // An address with anything odd in it is not made a link.
  const link = run !== null && /^https?:\/\/[\w.:/[\]-]+$/.test(run.url) ? ` [run](<${run.url}>)` : ''
  return `| ${outcome} | ${escapeMarkdown(name)} | ${told}${link} |`
}

function renderFindings(findings: readonly string[]): string[] {
  if (findings.length === 0) return []
  const shown = findings.slice(0, LIMITS.summaryFindingsMax)
  return [
    '',
    '<details><summary>Findings</summary>',
    '',
    ...shown.map((finding) => `- ${escapeMarkdown(finding)}`),
    ...omitted(findings.length - shown.length, 'findings'),
    '',
    '</details>',
  ]
}

function omitted(count: number, what: string): string[] {
  return count > 0 ? ['', `More ${what} are in the log of the job.`] : []
}

/** As text: every character that Markdown or HTML could read as anything else is written as a number. */
function escapeMarkdown(text: string): string {
  return text.replace(/[^\p{L}\p{N} .,;=+%'()?/-]/gu, (character) => `&#${character.codePointAt(0) ?? 0};`)
}
