import { appendFile, writeFile } from 'node:fs/promises'
import type { Terminal } from '../terminal.ts'
import { renderJson } from './json.ts'
import { renderJunit } from './junit.ts'
import type { Destinations, Format } from './options.ts'
import type { Entry } from './report.ts'
import { renderSummary } from './summary.ts'
import { renderText } from './text.ts'

const PLAIN: Terminal['style'] = (_format, text) => text

/** Prints the entries, and writes the files that were asked for. */
export async function writeReport(
  terminal: Terminal,
  entries: readonly Entry[],
  { standardOutput, files, summary }: Destinations,
): Promise<void> {
  terminal.out(render(standardOutput, entries, terminal.style))
  for (const { path, format } of files) await writeFile(path, `${render(format, entries, PLAIN)}\n`)
  if (summary !== null) await appendFile(summary, renderSummary(entries))
}

function render(format: Format, entries: readonly Entry[], style: Terminal['style']): string {
  switch (format) {
    case 'text':
      return renderText(entries, style)
    case 'json':
      return renderJson(entries)
    case 'junit':
      return renderJunit(entries)
  }
}
