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
  const malformed = readRecords(read.text, format, (cells, line) => records.take(cells, line))
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
  if (!header) {
    const places = table.fields.map((_, place) => place)
    judgeRow = createRowJudge({ table, places, columns, findings })
  }
  return {
    hasBegun: () => judgeRow !== null,
    take(cells: readonly string[], line: number): void {
      if (judgeRow === null) {
        columns = cells.length
        judgeRow = createRowJudge({
          table,
          places: matchHeader(cells, table.fields, findings),
          columns,
          findings,
        })
      } else if (isBlank(cells, columns)) {
        findings.add('warning', () => ({ code: 'blank_row', message: 'The line is blank.', line }))
      } else {
        judgeRow({ number: ++rows, line, cells })
      }
    },
  }
}

/** In a table of one column it is a cell that is empty. */
function isBlank(cells: readonly string[], columns: number): boolean {
  return cells.length === 1 && cells[0] === '' && columns > 1
}
