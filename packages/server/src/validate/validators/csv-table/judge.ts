import { createFindings, oneError, type Findings } from '../findings.ts'
import type { Compiled, JudgedDocument, Judgement } from '../validator.ts'
import { matchHeader } from './header.ts'
import { readRecords } from './records.ts'
import { createRowJudge, type Row } from './rows.ts'
import { compileTable, type Table } from './table.ts'
import { readText } from './text.ts'
import type { CsvTableConfig } from './validator.ts'

interface Format {
  delimiter: string
  quote: string
  header: boolean
}

/** Compiles `config.schema`; what of it cannot be used is refused by its path. */
export function compile(config: Record<string, unknown>): Compiled {
  const { schema, delimiter = ',', quote = '"', header = true } = config as CsvTableConfig // `checkConfig` has seen to it
  if (delimiter === quote) return { refused: { field: 'quote', message: 'must not be the delimiter' } }
  const table = compileTable(schema)
  if ('refused' in table) return table
  return { judge: (document) => judge(table, { delimiter, quote, header }, document) }
}

function judge(table: Table, format: Format, { content, contentType }: JudgedDocument): Judgement {
  const read = readText(content, contentType)
  if ('refused' in read) return oneError({ code: 'not_text', message: read.refused })
  const findings = createFindings()
  const records = createRecordJudge(table, format, findings)
  const malformed = readRecords(read.text, format, (cells, line, isBlank) =>
    records.take(cells, line, isBlank),
  )
  records.end()
  if (malformed !== null) {
    const { line, column, reason } = malformed
    findings.add('error', () => ({
      code: 'malformed_csv',
      message: `${reason} The rest is not judged.`,
      line,
      column,
    }))
  } else if (!records.hasBegun()) {
    findings.add('error', () => ({ code: 'missing_header', message: 'The document has no header.', line: 1 }))
  }
  return findings.judgement()
}

/** Takes the header, where there is one, and then the rows. */
function createRecordJudge(table: Table, { header }: Format, findings: Findings) {
  let columns = table.fields.length
  let judgeRow: ((row: Row) => void) | null = null
  let rows = 0
  /** Lines without a character, of which the next row tells whether they end the table. */
  let blanks: number[] = []
  if (!header) {
    const places = table.fields.map((_, place) => place)
    judgeRow = createRowJudge({ table, places, columns, findings })
  }

  function tellBlanks(): void {
    for (const line of blanks)
      findings.add('warning', () => ({ code: 'blank_row', message: 'The line is blank.', line }))
    blanks = []
  }

  return {
    hasBegun: () => judgeRow !== null,
    end: tellBlanks,
    take(cells: readonly string[], line: number, isBlank: boolean): void {
      if (isBlank) {
        blanks.push(line)
        return
      }
      if (judgeRow === null) {
        // Before the header there is no row.
        tellBlanks()
        columns = cells.length
        const places = matchHeader(cells, table.fields, findings)
        judgeRow = createRowJudge({ table, places, columns, findings })
        return
      }
      // In a table of one column a blank line is a cell that is empty, as RFC 4180 has it; at the end of the file it is none.
      if (columns === 1) for (const at of blanks) judgeRow({ number: ++rows, line: at, cells: [''] })
      else tellBlanks()
      blanks = []
      judgeRow({ number: ++rows, line, cells })
    },
  }
}
