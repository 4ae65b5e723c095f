import { isatty } from 'node:tty'
import { styleText } from 'node:util'

/** Where a verb prints: results on standard output, everything else on standard error. */
export interface Terminal {
  out: (line: string) => void
  note: (line: string) => void
  /** False when nobody reads the notes as they come: they end in a file or a log. */
  readonly isAttended?: boolean
  /** A line that takes the place of the one before it, where standard error is a terminal; '' takes it away. */
  progress: (line: string) => void
  /** Bold, dim, green … where the output is a terminal that wants colours (NO_COLOR, FORCE_COLOR); else as it is. */
  style: (format: Style, text: string) => string
}

export type Style = 'bold' | 'dim' | 'green' | 'red' | 'yellow' | 'cyan'

const ERASE_LINE = '\u001b[2K'

export const processTerminal: Terminal = {
  out: (line) => void process.stdout.write(`${line}\n`),
  note: (line) => void process.stderr.write(`${line}\n`),
  // Not `isTTY`, which is undefined, not false, where standard error is a file or a pipe.
  isAttended: isatty(process.stderr.fd),
  progress(line) {
    if (process.stderr.isTTY) process.stderr.write(`\r${ERASE_LINE}${line}`)
  },
  style: (format, text) => styleText(format, text, { stream: process.stdout }),
}

/**
 * What a terminal or the log of a CI job acts on: control characters; marks that turn the direction of text round; and what begins
 * a command to GitHub's runner, `::` at the start of a line
 * (https://docs.github.com/en/actions/reference/workflow-commands-for-github-actions) and `##[`, which Azure and TeamCity spell
 * `##vso[` and `##teamcity[`, anywhere in it.
 */
const OBEYED = /[\p{Cc}\p{Zl}\p{Zp}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]|^(\s*):(?=:)|#(?=#\w*\[)/gu

/**
 * The text with such characters as `\u001b`: what another stored must not move the cursor, set the title, begin a line that looks
 * like ours, or tell the CI system what to do.
 */
export function printable(text: string): string {
  return text.replace(OBEYED, (found, indent: string | undefined) => {
    const code = found.codePointAt(found.length - 1) ?? 0
    return `${indent ?? ''}\\u${code.toString(16).padStart(4, '0')}`
  })
}

/** Rows under their headings, each column as wide as its widest cell; their text is made printable. */
export function renderTable(headings: readonly string[], unsafeRows: readonly (readonly string[])[]): string {
  const rows = unsafeRows.map((row) => row.map(printable))
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
