import { styleText } from 'node:util'

/** Where a verb prints: results on standard output, everything else on standard error. */
export interface Terminal {
  out: (line: string) => void
  note: (line: string) => void
  /** Bold, dim, green … where the output is a terminal that wants colours (NO_COLOR, FORCE_COLOR); else as it is. */
  style: (format: Style, text: string) => string
}

export type Style = 'bold' | 'dim' | 'green' | 'red' | 'yellow' | 'cyan'

export const processTerminal: Terminal = {
  out: (line) => void process.stdout.write(`${line}\n`),
  note: (line) => void process.stderr.write(`${line}\n`),
  style: (format, text) => styleText(format, text, { stream: process.stdout }),
}

/** Rows under their headings, each column as wide as its widest cell. */
export function renderTable(headings: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = headings.map((heading, column) =>
    Math.max(heading.length, ...rows.map((row) => (row[column] ?? '').length)),
  )
  const render = (row: readonly string[]): string =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd()
  return [headings, ...rows].map(render).join('\n')
}
