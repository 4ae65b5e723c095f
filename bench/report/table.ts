import { formatBound, formatNumber } from './format.ts'
import { isMet, median, type Bound, type Row, type SectionResult } from './result.ts'

const HEADINGS = ['', 'median', 'unit', 'least – most', 'compared', 'asked', ''] as const
type Cells = [
  what: string,
  median: string,
  unit: string,
  range: string,
  compared: string,
  asked: string,
  word: string,
]

const RIGHT_ALIGNED = new Set([1])

/** The whole table as text: one line for each row and each further comparison of it. */
export function renderTable(sections: readonly SectionResult[]): string {
  const blocks = sections.map(({ title, rows }) => ({ title, lines: rows.flatMap(cellsOf) }))
  const all = [[...HEADINGS], ...blocks.flatMap(({ lines }) => lines)]
  const widths = HEADINGS.map((_, column) => Math.max(...all.map((cells) => cells[column]?.length ?? 0)))
  const render = (cells: readonly string[]): string =>
    cells
      .map((cell, column) =>
        RIGHT_ALIGNED.has(column) ? cell.padStart(widths[column] ?? 0) : cell.padEnd(widths[column] ?? 0),
      )
      .join('  ')
      .trimEnd()
  return blocks
    .map(({ title, lines }) => [title, render(HEADINGS), ...lines.map(render)].join('\n'))
    .join('\n\n')
}

/** The same for a page. */
export function renderMarkdown(sections: readonly SectionResult[]): string {
  const headings = ['', 'median', 'unit', 'least – most', 'compared', 'asked', '']
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`
  return sections
    .map(({ title, rows }) =>
      [
        `## ${title}\n`,
        line(headings),
        line(headings.map((_, column) => (RIGHT_ALIGNED.has(column) ? '--:' : '---'))),
        ...rows.flatMap(cellsOf).map(line),
      ].join('\n'),
    )
    .join('\n\n')
}

function cellsOf(row: Row): Cells[] {
  const { what, unit, rounds, skipped, asked, ratios = [] } = row
  if (rounds.length === 0) return [[what, '', '', skipped ?? '', '', '', '']]
  const value = median(rounds)
  const range =
    rounds.length > 1 ? `${formatNumber(Math.min(...rounds))} – ${formatNumber(Math.max(...rounds))}` : ''
  const [first, ...further] = ratios.map(({ to, value: ratio, asked: bound }) => ({
    compared: `${formatNumber(ratio)} ${to}`,
    ...judged(ratio, bound),
  }))
  const own = judged(value, asked)
  return [
    [
      what,
      formatNumber(value),
      unit,
      range,
      first?.compared ?? '',
      own.asked || (first?.asked ?? ''),
      own.word || (first?.word ?? ''),
    ],
    ...further.map(({ compared, asked: bound, word }): Cells => ['', '', '', '', compared, bound, word]),
  ]
}

function judged(value: number, bound: Bound | undefined): { asked: string; word: string } {
  if (bound === undefined) return { asked: '', word: '' }
  return { asked: formatBound(bound), word: isMet(value, bound) ? 'met' : 'missed' }
}
